/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The limit that everything counts against. */
class MemoryBudgetTest {
    @Test
    void takesUpToTheLimitAndNotAByteMore() {
        MemoryBudget budget = new MemoryBudget(100);
        assertThat(budget.tryTake(60)).isTrue();
        assertThat(budget.tryTake(41)).isFalse();
        assertThat(budget.committed()).isEqualTo(60);
        assertThat(budget.tryTake(40)).isTrue();
        assertThat(budget.tryTake(1)).isFalse();
        budget.give(60);
        assertThat(budget.committed()).isEqualTo(40);
        assertThat(budget.limit()).isEqualTo(100);
    }

    @Test
    void doesNotOverflow() {
        MemoryBudget budget = new MemoryBudget(Long.MAX_VALUE);
        assertThat(budget.tryTake(Long.MAX_VALUE - 1)).isTrue();
        assertThat(budget.tryTake(2)).isFalse();
        assertThat(new MemoryBudget(100).tryTake(Long.MAX_VALUE)).isFalse();
    }

    @Test
    void needsALimit() {
        assertThatThrownBy(() -> new MemoryBudget(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("limit: 0 (expected: > 0)");
    }

    @Test
    void moreGivenThanTakenIsReported() {
        MemoryBudget budget = new MemoryBudget(100);
        assertThat(budget.tryTake(5)).isTrue();
        assertThatThrownBy(() -> budget.give(6))
                .isInstanceOf(AssertionError.class)
                .hasMessage("committed: -1 (expected: >= 0)");
    }

    @Test
    void asksEveryReclaimerOnBehalfOfTheRequester() {
        MemoryBudget budget = new MemoryBudget(100);
        List<String> asked = new ArrayList<>();
        budget.addReclaimer(reclaimer("a", asked));
        budget.addReclaimer(reclaimer("b", asked));
        budget.reclaim("heap");
        assertThat(asked).containsExactly("a for heap", "b for heap");
    }

    private static List<Error> errorsOfLinking() {
        return List.of(
                new NoClassDefFoundError("Could not initialize class Formatter"),
                new BootstrapMethodError("for the test"),
                new InternalError(new OutOfMemoryError("Java heap space")));
    }

    /** What a full Java heap has broken in the JDK stays broken; whoever is refused is told so all the same. */
    @ParameterizedTest
    @MethodSource("errorsOfLinking")
    void aReportThatCannotBeMadeIsNotTheErrorOfWhoeverIsRefused(Error broken) {
        MemoryBudget budget = new MemoryBudget(100);
        budget.addReclaimer(new MemoryBudget.Reclaimer() {
            @Override
            public void reclaim(Object requester) {}

            @Override
            public String report() {
                throw broken;
            }
        });
        budget.addReclaimer(reclaimer("heap: live 6", new ArrayList<>()));
        assertThat(budget.exhausted(101, 101)).hasMessageContaining("; no figures: " + broken + "; heap: live 6)");
    }

    @Test
    void theErrorSaysWhetherTheLimitOrTheSystemRefused() {
        MemoryBudget budget = new MemoryBudget(100);
        budget.addReclaimer(reclaimer("direct: live 5", new ArrayList<>()));
        budget.addReclaimer(reclaimer("heap: live 6", new ArrayList<>()));
        assertThat(budget.tryTake(90)).isTrue();
        assertThat(budget.exhausted(11, 11))
                .hasMessage("cannot allocate 11 bytes: the limit is reached"
                        + " (needed: 11, committed: 90, limit: 100; direct: live 5; heap: live 6)");
        assertThat(budget.exhausted(1, 10))
                .hasMessageStartingWith(
                        "cannot allocate 1 bytes: the limit was reached, and others have given back since (needed:");
        budget.refusedBySystem(new OutOfMemoryError("none left"));
        assertThat(budget.exhausted(1, 10))
                .hasMessageStartingWith(
                        "cannot allocate 1 bytes: the system refused more memory: none left (needed: 10, committed: 90,");
    }

    @Test
    void thatTheSystemHasRefusedIsNoReasonOnceItGives() {
        MemoryBudget budget = new MemoryBudget(100);
        budget.refusedBySystem(new OutOfMemoryError("none left"));
        budget.servedBySystem();
        assertThat(budget.exhausted(1, 10))
                .hasMessageContaining("the limit was reached, and others have given back since");
    }

    @Test
    void theErrorSaysWhereTheLimitComesFrom() {
        assertThat(new MemoryBudget(100, "-Xmx; raise it with -Xmx").exhausted(101, 101))
                .hasMessageContaining("limit: 100 by -Xmx; raise it with -Xmx)");
    }

    @Test
    void whatAListenerThrowsIsAddedToTheErrorButNotTheErrorItself() {
        MemoryBudget budget = new MemoryBudget(100);
        IllegalStateException thrown = new IllegalStateException("the listener's");
        budget.onExhausted(error -> {
            throw error;
        });
        budget.onExhausted(error -> {
            throw thrown;
        });
        OutOfMemoryError error = budget.exhausted(1, 1);
        assertThat(error.getSuppressed()).as("nobody is told yet").isEmpty();
        budget.tell(error);
        assertThat(error.getSuppressed()).containsExactly(thrown);
    }

    private static OutOfMemoryError told(MemoryBudget budget, long bytes) {
        OutOfMemoryError error = budget.exhausted(bytes, bytes);
        budget.tell(error);
        return error;
    }

    @Test
    void whatFailsWhileListenersAreToldIsNotTold() {
        MemoryBudget budget = new MemoryBudget(100);
        MemoryBudget other = new MemoryBudget(100);
        List<String> told = new ArrayList<>();
        budget.onExhausted(error -> {
            told.add("budget");
            throw told(other, 2);
        });
        other.onExhausted(error -> {
            told.add("other");
            throw told(budget, 3);
        });
        for (int i = 0; i < 2; i++) {
            assertThat(told(budget, 1).getSuppressed()).hasSize(1);
        }
        assertThat(told).containsExactly("budget", "budget");
        assertThat(told(other, 1)).isNotNull();
        assertThat(told).containsExactly("budget", "budget", "other");
    }

    @Test
    void aReclaimerThatFailsIsNotTheErrorOfWhoeverNeedsMemory() {
        MemoryBudget budget = new MemoryBudget(100);
        List<String> asked = new ArrayList<>();
        budget.addReclaimer(new MemoryBudget.Reclaimer() {
            @Override
            public void reclaim(Object requester) {
                throw new IllegalStateException("failed on purpose");
            }

            @Override
            public String report() {
                return "failing";
            }
        });
        budget.addReclaimer(reclaimer("b", asked));
        budget.reclaim("heap");
        assertThat(asked).hasSize(1);
    }

    private static MemoryBudget.Reclaimer reclaimer(String name, List<String> asked) {
        return new MemoryBudget.Reclaimer() {
            @Override
            public void reclaim(Object requester) {
                asked.add(name + " for " + requester);
            }

            @Override
            public String report() {
                return name;
            }
        };
    }

    @Test
    void threadsTogetherNeverExceedTheLimit() throws InterruptedException {
        MemoryBudget budget = new MemoryBudget(100);
        AtomicLong highest = new AtomicLong();
        AtomicLong sum = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            threads.add(new Thread(() -> {
                for (int i = 0; i < 50_000; i++) {
                    int bytes = 1 + ThreadLocalRandom.current().nextInt(60);
                    if (budget.tryTake(bytes)) {
                        highest.accumulateAndGet(sum.addAndGet(bytes), Math::max);
                        sum.addAndGet(-bytes);
                        budget.give(bytes);
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(highest.get()).isBetween(1L, 100L);
        assertThat(budget.committed()).isZero();
    }
}
