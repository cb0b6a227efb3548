/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Event loops that each play a trace at its own pace, and rest between the ticks. One that is late does the next ticks
 * without a rest; none is left out.
 *
 * <p>The time of an operation counts what the loops do and not their rests. It is taken over stretches of a second, which
 * hold about the same work each, and the median of those counts. Memory is read between two slices of a stretch.
 */
final class PacedRun {
    private static final int SLICE_MILLIS = 50;
    private static final long STRETCH = TimeUnit.SECONDS.toNanos(1);

    private final ByteBufAllocator allocator;
    private final List<PacedTrace> traces;
    private final List<Player> players;
    private final long tick;

    /**
     * Prepares a run.
     *
     * @param traces one for each event loop, all of the same length
     * @param tick length of a tick
     */
    PacedRun(ByteBufAllocator allocator, List<PacedTrace> traces, Duration tick) {
        this.allocator = allocator;
        this.traces = traces;
        this.tick = tick.toNanos();
        players = traces.stream().map(trace -> player(allocator, trace)).toList();
    }

    private static Player player(ByteBufAllocator allocator, PacedTrace trace) {
        Player player = new Player(allocator);
        player.makeRoom(trace.slots());
        return player;
    }

    /** Plays everything without any rest, for the compiler. */
    void hurry() throws Exception {
        try (Loops loops = new Loops(traces.size())) {
            loops.onEach(loop -> play(loop, 0, traces.get(loop).ticks(), 0));
            loops.onEach(loop -> players.get(loop).releaseAll());
        }
    }

    /** Plays everything, and measures from a moment of the trace on. */
    Measurement measure(Duration from) throws Exception {
        int ticks = traces.get(0).ticks();
        int slice = (int) (TimeUnit.MILLISECONDS.toNanos(SLICE_MILLIS) / tick);
        int stretch = (int) (STRETCH / tick);
        int first = (int) (from.toNanos() / tick);
        Series nanos = new Series();
        try (Loops loops = new Loops(traces.size())) {
            HeldMemory held = new HeldMemory(allocator);
            long begin = System.nanoTime();
            double measured = held.read(0);
            double worked = 0;
            for (int start = 0; start < ticks; start += slice) {
                int sliceStart = start;
                int end = Math.min(start + slice, ticks);
                for (long elapsed : loops.onEach(loop -> play(loop, sliceStart, end, begin))) {
                    worked += elapsed;
                }
                double now = held.read(total(end, true));
                measured = end <= first ? now : measured;
                if (end % stretch == 0) {
                    nanos.add(end, worked / (total(end, false) - total(end - stretch, false)));
                    worked = 0;
                }
            }
            loops.onEach(loop -> players.get(loop).releaseAll());
            Map<Metric, Double> values = held.values(measured);
            values.put(Metric.TIME, nanos.median(first + 1.0, ticks));
            return new Measurement(values, held.curve());
        }
    }

    private long total(int tick, boolean liveBytes) {
        return traces.stream()
                .mapToLong(trace -> liveBytes ? trace.liveBefore(tick) : trace.allocatedBefore(tick))
                .sum();
    }

    /** Plays some ticks, each in its time; returns how long that took without the rests, in nanoseconds. */
    private long play(int loop, int from, int to, long begin) {
        PacedTrace trace = traces.get(loop);
        Player player = players.get(loop);
        int[] operations = trace.operations();
        long elapsed = 0;
        for (int i = from; i < to; i++) {
            rest(begin == 0 ? begin : begin + i * tick);
            elapsed += player.play(operations, trace.start(i), trace.start(i + 1));
        }
        return elapsed;
    }

    private static void rest(long until) {
        if (until != 0) {
            for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
    }
}
