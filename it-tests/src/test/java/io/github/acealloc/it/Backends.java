/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import java.net.InetSocketAddress;
import java.util.Map;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;

/** The real servers that run beside ours. */
final class Backends {
    private static final int REDIS_PORT = 6379;
    private static final int NGINX_PORT = 80;
    private static final String NGINX_SETTINGS = """
            events {}
            http {
              access_log off;
              default_type application/octet-stream;
              server {
                listen %d;
                root /srv;
              }
            }
            """.formatted(NGINX_PORT);

    private Backends() {}

    static GenericContainer<?> redis() {
        return DockerEngine.container(DockerEngine.REDIS)
                .withExposedPorts(REDIS_PORT)
                .waitingFor(Wait.forLogMessage(".*Ready to accept connections.*", 1));
    }

    /** Serves these files; one of them is {@code index.html}. */
    static GenericContainer<?> nginx(Map<String, byte[]> files) {
        GenericContainer<?> nginx = DockerEngine.container(DockerEngine.NGINX)
                .withExposedPorts(NGINX_PORT)
                .withCopyToContainer(Transferable.of(NGINX_SETTINGS), "/etc/nginx/nginx.conf")
                .waitingFor(Wait.forHttp("/index.html"));
        files.forEach((name, content) -> nginx.withCopyToContainer(Transferable.of(content), "/srv/" + name));
        return nginx;
    }

    static InetSocketAddress address(GenericContainer<?> backend) {
        return new InetSocketAddress(backend.getHost(), backend.getFirstMappedPort());
    }
}
