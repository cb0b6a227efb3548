/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.micro.SizeMix;
import io.github.acealloc.bench.micro.Slots;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * A server whose work changes from one moment to the next: on one event loop sizes and lifetimes switch between four
 * {@link Phase phases}, and at last the first one comes again. What a phase leaves alive goes while the next one runs.
 *
 * <p><b>Shows</b> the time of an allocation with its release and the memory held in each phase, and how soon after a change
 * the time comes near the level that it has in the second half of the phase.
 *
 * <p><b>Does not show</b> releases by other threads. A phase has a duration and not a number of operations; the operations and
 * their order are the same for everybody, and who is faster does more of them. The time for all is the mean of the phases'.
 *
 * @param phase its duration
 * @param phases how many phases there are, one after the other
 */
record PhaseChange(Duration phase, int phases) implements MemoryWorkload {
    static final PhaseChange FULL = new PhaseChange(Duration.ofSeconds(10), Phase.values().length + 1);
    static final PhaseChange QUICK = new PhaseChange(Duration.ofMillis(1500), Phase.values().length + 1);

    /** The event loop is asked what it did so often; memory is read in between. */
    static final Duration TURN = Duration.ofMillis(10);

    /** So many turns make a place on the curve. */
    private static final int CURVE_TURNS = 25;

    /** So many turns are looked at for whether the time has settled, since one may be disturbed. */
    static final int SETTLING_TURNS = 5;

    /** Near enough to the later level. */
    static final double SETTLED = 1.2;

    private static final int MEMORY_TURNS = 5;
    private static final int BATCH = 64;
    private static final int ENDED_IN_A_BATCH = 4;
    private static final PhaseChange WARM_UP = new PhaseChange(Duration.ofMillis(250), 2 * Phase.values().length);

    /** What is done for a while. */
    enum Phase {
        /** Few buffers of 64 to 512 bytes that are released soon. */
        SMALL(SizeMix.SMALL, 64, 0, Metric.SMALL_TIME, Metric.SMALL_HELD, Metric.SMALL_SETTLING),
        /** Many buffers of 4 to 16 KiB: about 20 MiB. */
        MEDIUM(SizeMix.MEDIUM, 2048, 0, Metric.MEDIUM_TIME, Metric.MEDIUM_HELD, Metric.MEDIUM_SETTLING),
        /** Few buffers of 32 to 64 KiB that are released soon. */
        RECORDS(SizeMix.RECORDS, 32, 0, Metric.RECORDS_TIME, Metric.RECORDS_HELD, Metric.RECORDS_SETTLING),
        /** A web-socket proxy's sizes; one buffer in ten is among thousands that live long. */
        MIXED(SizeMix.WEBSOCKET, 128, 4096, Metric.MIXED_TIME, Metric.MIXED_HELD, Metric.MIXED_SETTLING);

        private static final int VISITS = 1 << 16;
        private static final int ONE_IN_TEN = 10;

        private final SizeMix mix;
        private final int shortLived;
        private final int longLived;
        private final Metric time;
        private final Metric held;
        private final Metric settling;

        Phase(SizeMix mix, int shortLived, int longLived, Metric time, Metric held, Metric settling) {
            this.mix = mix;
            this.shortLived = shortLived;
            this.longLived = longLived;
            this.time = time;
            this.held = held;
            this.settling = settling;
        }

        private SlotArray slots() {
            char[] order = Slots.random(shortLived, VISITS, SizeMix.SEED);
            Random random = new Random(SizeMix.SEED);
            for (int i = 0; longLived > 0 && i < order.length; i++) {
                if (random.nextInt(ONE_IN_TEN) == 0) {
                    order[i] = (char) (shortLived + random.nextInt(longLived));
                }
            }
            return new SlotArray(shortLived + longLived, mix.table(), order);
        }
    }

    @Override
    public Duration expected() {
        return phase.multipliedBy(phases).plus(Duration.ofSeconds(4));
    }

    @Override
    public void warmUp(ByteBufAllocator throwaway) throws Exception {
        WARM_UP.measure(throwaway);
    }

    @Override
    public Measurement measure(ByteBufAllocator allocator) throws Exception {
        List<Phase> kinds = List.of(Phase.values());
        List<SlotArray> arrays = kinds.stream().map(Phase::slots).toList();
        Result result = new Result();
        try (Loops loop = new Loops(1)) {
            HeldMemory held = new HeldMemory(allocator);
            double now = held.read(0);
            for (int i = 0; i < phases; i++) {
                SlotArray array = arrays.get(i % arrays.size());
                SlotArray before = arrays.get((i + arrays.size() - 1) % arrays.size());
                double begin = now;
                Series nanos = new Series();
                for (int turn = 1; turn <= turns(); turn++) {
                    nanos.add(
                            turn,
                            loop.onEach(unused -> turn(allocator, array, before))
                                    .get(0));
                    if (turn % MEMORY_TURNS == 0 || turn == turns()) {
                        now = held.read(
                                arrays.stream().mapToLong(SlotArray::live).sum());
                    }
                }
                result.add(i, kinds.get(i % kinds.size()), nanos, held.mean(begin, now));
            }
            loop.onEach(unused -> arrays.stream().mapToInt(SlotArray::clear).sum());
            return result.measurement(held.values(0));
        }
    }

    private int turns() {
        return (int) (phase.toNanos() / TURN.toNanos());
    }

    /** Works until the turn is over; returns the mean time of an operation in nanoseconds. */
    private static double turn(ByteBufAllocator allocator, SlotArray array, SlotArray before) {
        long start = System.nanoTime();
        long elapsed = 0;
        int operations = 0;
        while (elapsed < TURN.toNanos()) {
            array.replace(BATCH, allocator);
            before.clear(ENDED_IN_A_BATCH);
            operations += BATCH;
            elapsed = System.nanoTime() - start;
        }
        return (double) elapsed / operations;
    }

    /** Returns how many turns pass until the time first is near the median of the second half. */
    static int settling(Series nanos) {
        double turns = nanos.end();
        double level = nanos.median(turns / 2, turns);
        int settled = 0;
        while (settled < turns - SETTLING_TURNS
                && nanos.median(settled + 1.0, settled + SETTLING_TURNS) > SETTLED * level) {
            settled++;
        }
        return settled;
    }

    /** What a phase gave each time it came, and in all. */
    private static final class Result {
        private final Map<Phase, List<Double>> times = new EnumMap<>(Phase.class);
        private final Map<Phase, List<Double>> held = new EnumMap<>(Phase.class);
        private final Map<Phase, List<Double>> settling = new EnumMap<>(Phase.class);
        private final Series curve = new Series();

        /** Adds a phase; the very first one follows no other, so that nothing changes when it begins. */
        void add(int index, Phase phase, Series nanos, double heldMiB) {
            double turns = nanos.end();
            add(times, phase, nanos.median(1, turns));
            add(held, phase, heldMiB);
            if (index > 0) {
                add(settling, phase, settling(nanos) * (double) TURN.toMillis());
            }
            for (int turn = 1; turn <= turns; turn += CURVE_TURNS) {
                double end = Math.min(turn + CURVE_TURNS - 1.0, turns);
                double seconds = (index * turns + end) * TURN.toNanos() / TimeUnit.SECONDS.toNanos(1);
                curve.add(seconds, timeForAll(nanos, turn, end));
            }
        }

        /** All turns are equally long, and a slow one has few operations: the mean time is that of the mean speed. */
        private static double timeForAll(Series nanos, int first, double last) {
            double speed = 0;
            for (int turn = first; turn <= last; turn++) {
                speed += 1 / nanos.at(turn);
            }
            return (last - first + 1) / speed;
        }

        private static void add(Map<Phase, List<Double>> map, Phase phase, double value) {
            map.computeIfAbsent(phase, unused -> new ArrayList<>()).add(value);
        }

        /** Adds the phases' figures to those of the whole. */
        Measurement measurement(Map<Metric, Double> values) {
            times.forEach((phase, list) -> values.put(phase.time, mean(list)));
            held.forEach((phase, list) -> values.put(phase.held, mean(list)));
            settling.forEach((phase, list) -> values.put(phase.settling, mean(list)));
            values.put(
                    Metric.TIME,
                    mean(times.keySet().stream()
                            .map(phase -> values.get(phase.time))
                            .toList()));
            if (!settling.isEmpty()) {
                values.put(
                        Metric.SETTLING,
                        mean(settling.values().stream().flatMap(List::stream).toList()));
            }
            return new Measurement(values, curve.curve("seconds", 1, "ns/op"));
        }

        private static double mean(List<Double> values) {
            return values.stream().mapToDouble(value -> value).average().orElseThrow();
        }
    }
}
