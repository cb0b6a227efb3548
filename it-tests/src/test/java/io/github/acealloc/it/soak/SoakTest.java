/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.AceConfig;
import io.github.acealloc.it.AceFixture;
import io.github.acealloc.it.Transport;
import io.github.acealloc.netty.AllocatorOn;
import io.github.acealloc.upkeep.GovernorClock;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * HTTP, TLS, WebSocket and proxy traffic on one allocator, clients included, while it learns and everything goes wrong that can.
 *
 * <p>{@code -Dsoak.seconds=…} says for how long, {@code -Dsoak.seed=…} repeats a run as far as threads can be repeated: the same
 * payloads by the same users, the same faults at the same times.
 */
class SoakTest {
    private static final int SECONDS = Integer.getInteger("soak.seconds", 10);
    private static final long SEED = Long.getLong("soak.seed", System.nanoTime() & 0xFFFFFF);
    private static final String LIMIT = "192m";

    /** From here on there are enough samples to compare. */
    private static final int SERIES_SECONDS = 30;

    /** At the limit Netty warns of each promise that it cannot keep; what matters comes through the handlers. */
    private static final Logger NETTY = Logger.getLogger("io.netty");

    private final Journal journal = new Journal();
    private final Expectations expectations = new Expectations(journal);
    private final UnreliableMemory memory = new UnreliableMemory(SEED);

    private static AceConfig config() {
        Properties settings = new Properties();
        settings.setProperty("acealloc.mode", "learn");
        settings.setProperty("acealloc.maxBytes", LIMIT);
        return AceConfig.from(settings);
    }

    @Test
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    void everythingAtOnce() throws Exception {
        AceFixture ace = AceFixture.of(() -> AllocatorOn.memory(config(), memory));
        NETTY.setUseParentHandlers(false);
        ace.start();
        ace.expect(expectations);
        try (GovernorClock clock = new GovernorClock()) {
            soak(ace, clock);
        } finally {
            memory.recover();
            ace.stop();
            NETTY.setUseParentHandlers(true);
        }
    }

    private void soak(AceFixture ace, GovernorClock clock) throws Exception {
        List<Transport> transports = Transport.available();
        Transport transport = transports.get((int) (SEED % transports.size()));
        Tls tls = new Tls();
        Map<Kind, Service> services = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            services.put(kind, new Service(kind, ace, transport, tls));
        }
        Load load = new Load(ace, journal, tls, services, transport);
        Rig rig = new Rig(ace, config(), journal, expectations, memory, clock, services, load, transport);
        Samples samples = new Samples(() -> ace.stats().committedBytes());
        Faults faults = new Faults(rig, SEED);
        SoakFigures figures = new SoakFigures(rig, SEED, SECONDS);
        try {
            load.start(SEED);
            samples.start(ace::fail);
            faults.start(Schedule.of(SEED, SECONDS));
            faults.await(SECONDS);
        } finally {
            samples.stop();
            load.stop();
            figures.take(samples);
            System.out.print(figures);
        }
        check(rig, figures);
    }

    private void check(Rig rig, SoakFigures figures) throws Exception {
        rig.ace().assertNoFailures();
        assertThat(SecondAllocator.isFrozen(rig.ace().allocator()))
                .as(() -> "frozen: " + rig.ace().allocator().explain())
                .isFalse();
        rig.ace().assertClean();
        assertThat(memory.outBytes())
                .as("memory that the system has not got back")
                .isZero();
        assertThat(journal.missing()).as("faults that were not seen").isEmpty();
        if (SECONDS >= SERIES_SECONDS) {
            assertThat(figures.committed())
                    .as("committed")
                    .matches(series -> series.isFlat(Flatness.SUPERSLABS), "flat");
            assertThat(figures.resident())
                    .as("resident, without the Java heap")
                    .matches(series -> series.isFlat(Flatness.COMPILED), "flat");
        }
    }
}
