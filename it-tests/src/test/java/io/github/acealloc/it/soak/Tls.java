/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

import io.github.acealloc.it.Echo;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;

/** The two ends of TLS connections whose server sends back what it gets. */
final class Tls {
    private static final String HOST = "localhost";
    private static final int PORT = 443;

    private final SslContext server;
    private final SslContext client;

    Tls() throws Exception {
        X509Bundle certificate = new CertificateBuilder()
                .ecp256()
                .subject("CN=" + HOST)
                .addSanDnsName(HOST)
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        server = SslContextBuilder.forServer(certificate.getKeyPair().getPrivate(), certificate.getCertificatePath())
                .sslProvider(SslProvider.JDK)
                .build();
        client = SslContextBuilder.forClient()
                .trustManager(certificate.getCertificate())
                .sslProvider(SslProvider.JDK)
                .build();
    }

    void addServer(ChannelPipeline pipeline) {
        pipeline.addLast(server.newHandler(pipeline.channel().alloc()), new Echo());
    }

    void addClient(ChannelPipeline pipeline, ChannelHandler handler) {
        pipeline.addLast(client.newHandler(pipeline.channel().alloc(), HOST, PORT), handler);
    }
}
