/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A TLS server on ACE echoes streams written in large and in tiny records. */
final class TlsEchoTest {
    private static final String HOST = "localhost";
    private static final int PORT = 443;
    private static X509Bundle certificate;

    @RegisterExtension
    final AceFixture ace = new AceFixture();

    @BeforeAll
    static void makeCertificate() throws Exception {
        certificate = new CertificateBuilder()
                .ecp256()
                .subject("CN=" + HOST)
                .addSanDnsName(HOST)
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
    }

    static Stream<Arguments> transportsAndProtocols() {
        return Transport.available().stream()
                .flatMap(transport ->
                        Stream.of("TLSv1.2", "TLSv1.3").map(protocol -> Arguments.of(transport, protocol)));
    }

    @ParameterizedTest
    @MethodSource("transportsAndProtocols")
    void largeAndTinyRecords(Transport transport, String protocol) throws Exception {
        SslContext serverTls = SslContextBuilder.forServer(
                        certificate.getKeyPair().getPrivate(), certificate.getCertificatePath())
                .sslProvider(SslProvider.JDK)
                .protocols(protocol)
                .build();
        SslContext clientTls = SslContextBuilder.forClient()
                .trustManager(certificate.getCertificate())
                .sslProvider(SslProvider.JDK)
                .protocols(protocol)
                .build();
        Channel server = ace.loops(transport, 2)
                .serve(pipeline ->
                        pipeline.addLast(serverTls.newHandler(pipeline.channel().alloc()), new Echo()));

        List<StreamClient> clients = List.of(
                new StreamClient(new Payload(1, 2 << 20), 1 << 20, 100, 300_000),
                new StreamClient(new Payload(2, 400), 1),
                new StreamClient(new Payload(3, 300_000), 1, 16_384, 16_385, 3, 5000));
        Loops loops = ace.loops(transport, 1);
        List<Channel> channels = new ArrayList<>();
        for (StreamClient client : clients) {
            channels.add(loops.connect(server, pipeline -> addClient(pipeline, clientTls, client)));
        }
        for (StreamClient client : clients) {
            ace.await(client.done());
        }
        for (Channel channel : channels) {
            SslHandler tls = channel.pipeline().get(SslHandler.class);
            assertThat(tls.engine().getSession().getProtocol()).isEqualTo(protocol);
            channel.close().sync();
        }
    }

    private static void addClient(ChannelPipeline pipeline, SslContext tls, StreamClient client) {
        pipeline.addLast(tls.newHandler(pipeline.channel().alloc(), HOST, PORT), client);
    }
}
