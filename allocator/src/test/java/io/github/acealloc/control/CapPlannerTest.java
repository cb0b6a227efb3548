/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.DoubleSupplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected swing against one that is measured, and a budget that is shared. */
class CapPlannerTest {
    private static final int KIB = 1 << 10;

    // ---- swing

    @Test
    void withoutAllocationsNothingSwings() {
        assertThat(CapPlanner.swing(0, 1e5, 1e8)).isZero();
        assertThat(CapPlanner.swing(1e-3, 0, 1e8)).isZero();
        assertThat(CapPlanner.swing(1e-3, Double.NaN, 1e8)).isZero();
        assertThat(CapPlanner.swing(-1, 1e5, 1e8)).isZero();
    }

    @Test
    void fourTimesTheLoadSwingsTwiceAsFar() {
        double one = CapPlanner.swing(1e-3, 1e5, 1e8);
        assertThat(CapPlanner.swing(4e-3, 1e5, 1e8)).isCloseTo(2 * one, within(1e-9));
        assertThat(CapPlanner.swing(1e-3, 1e5, 1e9)).isBetween(one, 1.3 * one);
    }

    /** Blocks that come independently of each other, a million a second; the mean range within windows of tau. */
    @ParameterizedTest
    @CsvSource({
        "exponential, 1e5, 1e6",
        "exponential, 1e5, 1e7",
        "exponential, 1e5, 1e8",
        "exponential, 1e6, 1e7",
        "exponential, 1e6, 1e8",
        "exponential, 1e4, 1e7",
        "two lives, 1e5, 1e7",
        "two lives, 1e5, 1e8",
    })
    void theSwingIsThatOfAProcessWithoutMemory(String kind, double mean, double tau) {
        double rate = 1e-3;
        Random random = new Random(1);
        DoubleSupplier lifetime = () -> {
            boolean isLong = kind.equals("two lives") && random.nextInt(20) == 0;
            return -Math.log(1 - random.nextDouble()) * (isLong ? 10 * mean : mean);
        };
        double cutOff = 0;
        int samples = 200_000;
        for (int i = 0; i < samples; i++) {
            cutOff += Math.min(lifetime.getAsDouble(), tau) / samples;
        }
        double measured = measuredRange(random, rate, lifetime, tau);
        assertThat(CapPlanner.swing(rate, cutOff, tau)).isCloseTo(measured, within(measured / 4));
    }

    private static double measuredRange(Random random, double rate, DoubleSupplier lifetime, double tau) {
        PriorityQueue<Double> deaths = new PriorityQueue<>();
        int windows = (int) Math.max(Math.min(1e9 / tau, 60), 8);
        double start = 2e7; // until as many go as come
        double end = start + windows * tau;
        double window = start;
        long sum = 0;
        int lowest = 0;
        int highest = 0;
        for (double t = 0; t < end; ) {
            t += -Math.log(1 - random.nextDouble()) / rate;
            while (!deaths.isEmpty() && deaths.peek() < t) {
                deaths.poll();
                lowest = Math.min(lowest, deaths.size());
            }
            if (t > window) {
                sum += window > start ? highest - lowest : 0;
                window += tau;
                lowest = deaths.size();
                highest = lowest;
            }
            deaths.add(t + lifetime.getAsDouble());
            highest = Math.max(highest, deaths.size());
        }
        return (double) sum / (windows - 1);
    }

    // ---- share

    private static Reading reading(int bytes, int cap, int batch, long allocations, int level) {
        return new ReadingMaker(0, bytes, cap, batch)
                .allocations(allocations)
                .level(level)
                .make();
    }

    @Test
    void whereThereIsEnoughEverybodyGetsWhatTheyWant() {
        int[] caps = {100, 50};
        List<Reading> readings = List.of(reading(KIB, 100, 16, 1000, 0), reading(2 * KIB, 50, 8, 10, 0));
        assertThat(CapPlanner.share(readings, caps, 200 * KIB)).isTrue();
        assertThat(caps).containsExactly(100, 50);
        assertThat(CapPlanner.share(readings, caps, 200 * KIB - 1)).isFalse();
        assertThat(caps).containsExactly(100, 49);
    }

    @Test
    void classesThatAllocateMostForEachByteComeFirst() {
        int[] caps = {100, 100, 100};
        List<Reading> readings = List.of(
                reading(KIB, 100, 16, 1000, 0), reading(KIB, 100, 16, 3000, 0), reading(KIB / 4, 100, 16, 1000, 0));
        assertThat(CapPlanner.share(readings, caps, 150 * KIB)).isFalse();
        assertThat(caps)
                .as("by allocations a byte: the third, the second, the first")
                .containsExactly(25, 100, 100);
    }

    @Test
    void theLastStillGetsABatch() {
        int[] caps = {100, 100, 5};
        List<Reading> readings =
                List.of(reading(KIB, 100, 16, 3000, 0), reading(KIB, 100, 16, 1000, 0), reading(KIB, 5, 16, 1, 0));
        assertThat(CapPlanner.share(readings, caps, 100 * KIB)).isFalse();
        assertThat(caps).containsExactly(100, 16, 5);
    }

    @Test
    void whatDidNothingAndHoldsNothingKeepsWhatItWants() {
        int[] caps = {1000, 100};
        List<Reading> readings = List.of(reading(KIB, 1000, 16, 0, 0), reading(KIB, 100, 16, 5, 0));
        assertThat(CapPlanner.share(readings, caps, 100 * KIB)).isTrue();
        assertThat(caps).containsExactly(1000, 100);
    }

    @Test
    void whatHoldsBlocksButAllocatesNoneComesLast() {
        int[] caps = {100, 100};
        List<Reading> readings = List.of(reading(KIB, 100, 16, 0, 100), reading(KIB, 100, 16, 5, 0));
        assertThat(CapPlanner.share(readings, caps, 120 * KIB)).isFalse();
        assertThat(caps).containsExactly(20, 100);
    }

    @Test
    void aBudgetOfNothingLeavesBatches() {
        int[] caps = {100, 100};
        List<Reading> readings = List.of(reading(KIB, 100, 16, 5, 0), reading(KIB, 100, 8, 5, 0));
        assertThat(CapPlanner.share(readings, caps, 0)).isFalse();
        assertThat(caps).containsExactly(16, 8);
    }

    @Property(tries = 2000)
    void noMoreThanTheBudgetIsGivenButForABatchEach(@ForAll long seed) {
        Random random = new Random(seed);
        int n = random.nextInt(20);
        List<Reading> readings = new ArrayList<>();
        int[] wanted = new int[n];
        for (int i = 0; i < n; i++) {
            int batch = 1 + random.nextInt(Controller.MOST_BATCH);
            wanted[i] = 1 + random.nextInt(random.nextBoolean() ? 100 : Controller.MOST_CAP);
            long allocations = random.nextInt(4) == 0 ? random.nextLong() : random.nextInt(3) * 1000L;
            readings.add(
                    reading(8 << random.nextInt(18), 1 + random.nextInt(2000), batch, allocations, random.nextInt(3)));
        }
        int[] caps = wanted.clone();
        long budget = (long) (random.nextDouble() * (1L << (10 + random.nextInt(30))));
        boolean enough = CapPlanner.share(readings, caps, budget);
        double given = 0;
        double batches = 0;
        for (int i = 0; i < n; i++) {
            Reading reading = readings.get(i);
            assertThat(caps[i]).isBetween(Math.min(wanted[i], reading.batch()), wanted[i]);
            if (reading.allocations() > 0 || reading.level() > 0) {
                given += (double) caps[i] * reading.blockBytes();
                batches += (double) Math.min(reading.batch(), caps[i]) * reading.blockBytes();
            } else {
                assertThat(caps[i]).isEqualTo(wanted[i]);
            }
        }
        assertThat(given).isLessThanOrEqualTo(budget + batches);
        if (enough) {
            assertThat(caps).isEqualTo(wanted);
            assertThat(given).isLessThanOrEqualTo(budget);
        }
    }
}
