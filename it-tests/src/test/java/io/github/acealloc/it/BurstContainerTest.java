/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A server in a container of 256 MiB that is asked for more than that at once, while the JVM's own limit for direct memory would allow
 * four times as much.
 *
 * <p>The Java heap is touched before anything else and stays as it is, so that what the resident size does is the buffers' doing.
 * For the rivals the figures are printed, and nothing is asserted.
 */
@InContainers
final class BurstContainerTest {
    private static final long MEMORY = 256L << 20;
    private static final int WARM_UP = 30;
    private static final int SMALL = 150;
    private static final int LARGE = 600;
    private static final int HOLD_MILLIS = 2000;
    private static final long SLACK = 24L << 20;

    @Test
    void aceIsNotKilledAndGivesBack() throws Exception {
        assertThat(Burst.bytes(SMALL)).isLessThan(MEMORY / 2);
        assertThat(Burst.bytes(LARGE)).isGreaterThan(MEMORY);
        try (ServerContainer server = start("ace")) {
            Burst.of(server, WARM_UP, 0);
            long start = settled(server);

            Burst small = Burst.of(server, SMALL, HOLD_MILLIS);
            assertThat(small.served()).as(small.toString()).isEqualTo(SMALL);
            report("ace", "fits", small, server, start);
            awaitReturn(server, start);

            Burst large = Burst.of(server, LARGE, HOLD_MILLIS);
            report("ace", "too much", large, server, start);
            assertThat(large.served()).as("served at the limit").isPositive();
            assertThat(large.unanswered()).as(large.toString()).isZero();
            assertThat(large.refused())
                    .as("refused: " + large)
                    .isNotEmpty()
                    .allSatisfy(text -> assertThat(text).contains("cannot allocate", "needed: ", "live: ", "limit: "));
            // Not all: where somebody gives back between the refusal and the text, it names the system.
            assertThat(large.refused()).anySatisfy(text -> assertThat(text).contains("the limit is reached"));
            awaitReturn(server, start);

            Burst after = Burst.of(server, SMALL, HOLD_MILLIS);
            assertThat(after.served()).as("after the limit: " + after).isEqualTo(SMALL);
            awaitReturn(server, start);
            Map<String, String> figures = server.figures();
            assertThat(figures).containsEntry("failure", "null");
            server.assertKeepsItsLaws();
            assertThat(server.state().getOOMKilled())
                    .as("killed for its memory")
                    .isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pooled", "adaptive"})
    void rivalsBesideIt(String allocator) throws Exception {
        try (ServerContainer server = start(allocator)) {
            Burst.of(server, WARM_UP, 0);
            long start = server.figure("rss");
            report(allocator, "fits", Burst.of(server, SMALL, HOLD_MILLIS), server, start);
            report(allocator, "too much", Burst.of(server, LARGE, HOLD_MILLIS), server, start);
        }
    }

    private static ServerContainer start(String allocator) {
        return ServerContainer.start(
                "http",
                MEMORY,
                "-Dacealloc.allocator=" + allocator,
                "-Xms48m",
                "-Xmx48m",
                "-XX:+AlwaysPreTouch",
                "-XX:MaxDirectMemorySize=1g");
    }

    /** The resident size once nothing is live and what was idle has gone back. */
    private static long settled(ServerContainer server) throws Exception {
        AceFixture.awaitFor("no live bytes").until(() -> server.figure("live") == 0);
        AceFixture.awaitFor("idle memory given back").until(() -> server.figure("committed") < SLACK);
        return server.figure("rss");
    }

    private static void awaitReturn(ServerContainer server, long start) {
        AceFixture.awaitFor("no live bytes").until(() -> server.figure("live") == 0);
        AceFixture.awaitFor("idle memory given back")
                .untilAsserted(() -> assertThat(server.figure("committed")).isLessThan(SLACK));
        AceFixture.awaitFor("the resident size of before, " + start)
                .untilAsserted(() -> assertThat(server.figure("rss")).isLessThan(start + SLACK));
    }

    @SuppressWarnings("SystemOut") // figures for the test's log
    private static void report(String allocator, String load, Burst burst, ServerContainer server, long start)
            throws IOException, InterruptedException {
        StringBuilder line = new StringBuilder("burst in " + DockerEngine.JRE + ", " + allocator + ", " + load);
        line.append(": ").append(burst);
        if (server.state().getRunning()) {
            // Whoever gives back by time has had it.
            Thread.sleep(3000);
            Map<String, String> figures = server.figures();
            line.append("; resident MiB: before ").append(start >> 20);
            line.append(", peak ").append(Long.parseLong(figures.get("peak")) >> 20);
            line.append(", 3 s after ").append(Long.parseLong(figures.get("rss")) >> 20);
        } else {
            line.append("; killed for its memory: ").append(server.state().getOOMKilled());
        }
        System.out.println(line);
    }
}
