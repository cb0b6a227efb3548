/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.testing.Racers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Samples on their way from many threads to one. */
class ObservationRingTest {
    private static final int CAPACITY = ObservationRing.CAPACITY;

    /** The longest time that is told from longer ones: 208 days. */
    private static final long LONGEST = (1L << 54) - 2;

    private final ObservationRing ring = opened();

    private static ObservationRing opened() {
        ObservationRing ring = new ObservationRing();
        assertThat(ring.open()).isTrue();
        return ring;
    }

    private record Sample(int sizeClass, boolean remote, long nanos) {}

    private List<Sample> drain() {
        List<Sample> samples = new ArrayList<>();
        int n = ring.drain((sizeClass, remote, nanos) -> samples.add(new Sample(sizeClass, remote, nanos)));
        assertThat(n).isEqualTo(samples.size());
        return samples;
    }

    @Test
    void atFirstThereIsNothing() {
        assertThat(drain()).isEmpty();
        assertThat(ring.dropped()).isZero();
    }

    @Test
    void eachClassComesOutAsItWentIn() {
        List<Sample> expected = new ArrayList<>();
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            for (boolean remote : new boolean[] {false, true}) {
                ring.offer(c, remote, 1000L + c);
                expected.add(new Sample(c, remote, 1000L + c));
            }
        }
        assertThat(drain()).isEqualTo(expected);
        assertThat(drain()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 1",
        "-1, 0",
        "-9223372036854775808, 0",
        "18014398509481981, 18014398509481981",
        "18014398509481982, 18014398509481982",
        "18014398509481983, 18014398509481982",
        "9223372036854775807, 18014398509481982",
    })
    void timesAreKeptWithinBounds(long nanos, long kept) {
        assertThat(LONGEST).isEqualTo(18014398509481982L);
        for (int c : new int[] {0, SizeClasses.COUNT - 1}) {
            ring.offer(c, true, nanos);
            ring.offer(c, false, nanos);
            assertThat(drain()).containsExactly(new Sample(c, true, kept), new Sample(c, false, kept));
        }
    }

    @Test
    void whatFindsTheRingFullIsDroppedAndCounted() {
        for (int i = 0; i < CAPACITY + 7; i++) {
            ring.offer(3, false, i);
        }
        assertThat(ring.dropped()).isEqualTo(7);
        List<Sample> samples = drain();
        assertThat(samples).hasSize(CAPACITY);
        assertThat(samples.get(CAPACITY - 1).nanos()).as("the last ones are").isEqualTo(CAPACITY - 1);
        ring.offer(3, false, 42);
        assertThat(drain()).containsExactly(new Sample(3, false, 42));
        assertThat(ring.dropped()).isEqualTo(7);
    }

    @Test
    void whatComesBeforeItIsOpenIsDroppedAndCounted() {
        ObservationRing closed = new ObservationRing();
        closed.offer(3, false, 1);
        assertThat(closed.drain((sizeClass, remote, nanos) -> {})).isZero();
        assertThat(closed.dropped()).isEqualTo(1);
        assertThat(closed.open()).isTrue();
        closed.offer(3, false, 2);
        assertThat(closed.open()).as("once more").isTrue();
        assertThat(closed.drain((sizeClass, remote, nanos) -> assertThat(nanos).isEqualTo(2)))
                .isOne();
    }

    @Test
    void isOpenBeforeALifetimeIsMeasured() {
        HeapRig rig = new HeapRig();
        assertThat(rig.cache(HeapRig.KIB).isLifetimeDue(1)).isTrue();
        rig.heap.observe(5, 123);
        assertThat(rig.heap.ring().dropped()).isZero();
        assertThat(rig.heap.ring().drain((sizeClass, remote, nanos) -> {})).isOne();
    }

    @Test
    void itGoesRoundAndRound() {
        long next = 0;
        long expected = 0;
        for (int round = 0; round < 5000; round++) {
            for (int n = round % 300; n > 0; n--) {
                ring.offer((int) (next % SizeClasses.COUNT), next % 2 == 0, next++);
            }
            for (Sample sample : drain()) {
                assertThat(sample)
                        .isEqualTo(new Sample((int) (expected % SizeClasses.COUNT), expected % 2 == 0, expected++));
            }
        }
        assertThat(expected).isEqualTo(next);
        assertThat(ring.dropped()).isZero();
    }

    @Test
    void aConsumerThatThrowsLosesTheSampleThatItWasGivenOnly() {
        ring.offer(1, false, 1);
        ring.offer(2, false, 2);
        assertThatThrownBy(() -> ring.drain((sizeClass, remote, nanos) -> {
                    throw new IllegalStateException("for the test");
                }))
                .hasMessage("for the test");
        assertThat(drain()).containsExactly(new Sample(2, false, 2));
    }

    @Test
    void nothingIsLostButWhatIsCounted() {
        int producers = 3;
        int each = 200_000;
        AtomicInteger running = new AtomicInteger(producers);
        AtomicLong drained = new AtomicLong();
        long[] last = new long[producers];
        Racers racers = new Racers();
        for (int p = 0; p < producers; p++) {
            int producer = p;
            racers.on(() -> {
                for (int i = 1; i <= each; i++) {
                    ring.offer(producer, producer % 2 == 1, i);
                    if (i % 100 == 0) {
                        Thread.yield();
                    }
                }
                running.decrementAndGet();
            });
        }
        racers.on(() -> {
            boolean over;
            do {
                over = running.get() == 0;
                drained.addAndGet(ring.drain((sizeClass, remote, nanos) -> {
                    assertThat(remote).isEqualTo(sizeClass % 2 == 1);
                    assertThat(nanos).as("each producer's in its order").isGreaterThan(last[sizeClass]);
                    last[sizeClass] = nanos;
                }));
            } while (!over);
        });
        racers.go();
        assertThat(drained.get() + drain().size() + ring.dropped()).isEqualTo((long) producers * each);
        assertThat(drained.get()).isPositive();
    }

    @Test
    void aHeapTellsWhetherItsOwnerReleased() {
        HeapRig rig = new HeapRig();
        rig.heap.ring().open();
        rig.heap.observe(5, 123);
        rig.heap.giveUp();
        rig.heap.observe(6, 456);
        List<Sample> samples = new ArrayList<>();
        rig.heap.ring().drain((sizeClass, remote, nanos) -> samples.add(new Sample(sizeClass, remote, nanos)));
        assertThat(samples).containsExactly(new Sample(5, false, 123), new Sample(6, true, 456));
    }
}
