/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import java.util.List;
import java.util.Optional;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.utility.DockerImageName;

/** The Docker engine that Testcontainers finds, with the images that the project's scripts made there. */
final class DockerEngine {
    static final String JRE = "acealloc/jre:" + System.getProperty("test.jdk", "17");
    static final String REDIS = "acealloc/redis:test";
    static final String NGINX = "acealloc/nginx:test";

    private static final String REMEDY =
            " (expected: DOCKER_HOST of an engine made ready as src/test/containers/README.md tells)";

    private static Optional<String> missing;

    private DockerEngine() {}

    /** What container tests lack here, if anything; found out once. */
    static synchronized Optional<String> missing() {
        if (missing == null) {
            missing = look();
        }
        return missing;
    }

    private static Optional<String> look() {
        DockerClient client;
        try {
            client = client();
        } catch (IllegalStateException e) {
            return Optional.of("no Docker engine answers: " + e.getMessage() + REMEDY);
        }
        for (String image : List.of(JRE, REDIS, NGINX)) {
            try {
                client.inspectImageCmd(image).exec();
            } catch (NotFoundException e) {
                return Optional.of("the Docker engine has no image " + image + REMEDY);
            }
        }
        return Optional.empty();
    }

    static DockerClient client() {
        return DockerClientFactory.instance().client();
    }

    /** A container of an image that is there already and is never looked for elsewhere. */
    static GenericContainer<?> container(String image) {
        return new GenericContainer<>(DockerImageName.parse(image)).withImagePullPolicy(name -> false);
    }
}
