/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.testing.Racers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The last decisions, in order, and the number of all. */
class DecisionLogTest {
    private final DecisionLog log = new DecisionLog();

    private static Decision decision(int number, boolean rolledBack) {
        return new Decision(
                Instant.ofEpochSecond(number),
                "direct",
                number,
                SizeClasses.of(1024),
                Policy.MARKS,
                64,
                216,
                16,
                32,
                1e6,
                250_000,
                7,
                42,
                "overflow was needed again",
                -1.5e-4,
                Double.NaN,
                rolledBack,
                true);
    }

    @Test
    void atFirstThereIsNothing() {
        assertThat(log.decisions()).isEmpty();
        assertThat(log.count()).isZero();
        assertThat(log.rolledBack()).isZero();
    }

    @Test
    void theLastOnesAreKeptTheOldestFirst() {
        int n = DecisionLog.CAPACITY + 100;
        for (int i = 0; i < n; i++) {
            log.add(decision(i, i % 10 == 0));
            assertThat(log.decisions()).hasSize(Math.min(i + 1, DecisionLog.CAPACITY));
        }
        assertThat(log.count()).isEqualTo(n);
        assertThat(log.rolledBack()).isEqualTo((n + 9) / 10);
        List<Decision> kept = log.decisions();
        for (int i = 0; i < kept.size(); i++) {
            assertThat(kept.get(i).heap()).isEqualTo(100 + i);
        }
    }

    @Test
    void whatIsHandedOutIsACopy() {
        log.add(decision(1, false));
        List<Decision> before = log.decisions();
        log.add(decision(2, false));
        assertThat(before).hasSize(1);
        before.clear();
        assertThat(log.decisions()).hasSize(2);
    }

    @Test
    void listenersAreToldOfEachInOrder() {
        List<Decision> heard = new ArrayList<>();
        log.add(decision(0, false));
        log.listen(heard::add);
        log.add(decision(1, false));
        log.add(decision(2, true));
        assertThat(heard).extracting(Decision::heap).containsExactly(1, 2);
    }

    @Test
    void aListenerThatThrowsDoesSoAfterTheDecisionIsKept() {
        log.listen(decision -> {
            throw new IllegalStateException("for the test");
        });
        Decision decision = decision(1, true);
        assertThatThrownBy(() -> log.add(decision)).hasMessage("for the test");
        assertThat(log.decisions()).containsExactly(decision);
        assertThat(log.count()).isEqualTo(1);
    }

    @Test
    void readersDoNotDisturbTheWriter() {
        int n = 20_000;
        new Racers()
                .on(() -> {
                    for (int i = 0; i < n; i++) {
                        log.add(decision(i, false));
                    }
                })
                .on(() -> {
                    long count = 0;
                    while (count < n) {
                        List<Decision> seen = log.decisions();
                        for (int i = 1; i < seen.size(); i++) {
                            assertThat(seen.get(i).heap())
                                    .isEqualTo(seen.get(i - 1).heap() + 1);
                        }
                        count = log.count();
                    }
                })
                .go();
        assertThat(log.count()).isEqualTo(n);
    }

    @Test
    void aDecisionIsTellingInOneLine() {
        Decision decision = decision(1, false);
        assertThat(decision)
                .hasToString("1970-01-01T00:00:01Z direct heap 1, class 1024 B, marks: cap 64 -> 216, batch 16 -> 32"
                        + " (overflow was needed again; lambda 1.00e+06/s, W 0.250 ms, L 7, misses 42;"
                        + " predicted -1.50e-04, measured ? cores)");
        assertThat(decision.withMeasured(2e-5).toString()).contains("measured +2.00e-05 cores");
        assertThat(decision.withMeasured(2e-5).withMeasured(Double.NaN)).isEqualTo(decision);
        assertThat(decision(1, true).toString()).contains("batch 16 -> 32, rolled back (");
    }
}
