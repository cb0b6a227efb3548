/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.fuzz;

import io.github.acealloc.AceConfig;
import io.github.acealloc.control.Mode;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.netty.AceByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Rounds on fresh allocators, each in another mode and with other limits, until so many operations are done.
 *
 * <p>{@code -Dfuzz.operations} and {@code -Dfuzz.seed} say how many and which.
 */
public final class Fuzz {
    private static final long ROUND = 10_000_000;
    private static final Mode[] MODES = {Mode.OFF, Mode.LEARN, Mode.OBSERVE};
    private static final Level[] LEVELS = {Level.DISABLED, Level.SIMPLE, Level.DISABLED, Level.ADVANCED};

    private final long seed;
    private final long roundOperations;
    private long operations;
    private int rounds;

    Fuzz(long seed, long roundOperations) {
        this.seed = seed;
        this.roundOperations = roundOperations;
    }

    /** Runs at least so many operations; each round is told to someone when it has ended. */
    void run(long wanted, LongConsumer listener) {
        Level before = ResourceLeakDetector.getLevel();
        try {
            while (operations < wanted) {
                ResourceLeakDetector.setLevel(LEVELS[rounds % LEVELS.length]);
                round(Math.min(roundOperations, wanted - operations));
                listener.accept(operations);
            }
        } catch (Throwable e) {
            throw new AssertionError("-Dfuzz.seed=" + seed + ", round " + rounds + ", " + operations + " before it", e);
        } finally {
            ResourceLeakDetector.setLevel(before);
        }
    }

    private void round(long wanted) throws InterruptedException {
        Dice dice = new Dice();
        dice.restart(seed, rounds);
        Properties settings = new Properties();
        settings.setProperty("acealloc.mode", MODES[rounds % MODES.length].toString());
        AceByteBufAllocator allocator = new AceByteBufAllocator(AceConfig.from(settings), knobs(dice));
        Round round = new Round(allocator, allocator, dice.next(), Math.max(wanted / 40, 1_000));
        round.run(wanted, dice.oneIn(2));
        operations += round.operations();
        rounds++;
    }

    private static Knobs knobs(Dice dice) {
        Knobs knobs = Knobs.defaults();
        if (dice.oneIn(2)) {
            knobs = knobs.withCaches(dice.below(100), 1 + dice.below(40));
        }
        if (dice.oneIn(2)) {
            knobs = knobs.withPurgeDelay(TimeUnit.MILLISECONDS.toNanos(1 + dice.below(20)));
        }
        if (dice.oneIn(2)) {
            knobs = knobs.withSlabs(dice.below(3), 1 + dice.below(4));
        }
        return dice.oneIn(2) ? knobs.withPagesByTime(true) : knobs;
    }

    long operations() {
        return operations;
    }

    int rounds() {
        return rounds;
    }

    /** Runs as the two properties say, and prints the figures. */
    public static void main(String[] args) {
        long wanted = Long.getLong("fuzz.operations", ROUND);
        Fuzz fuzz = new Fuzz(Long.getLong("fuzz.seed", System.nanoTime()), ROUND);
        long start = System.nanoTime();
        System.out.println("seed " + fuzz.seed + ", Java " + Runtime.version());
        fuzz.run(wanted, done -> System.out.println(fuzz.figures(System.nanoTime() - start)));
    }

    private String figures(long nanos) {
        return String.format(
                Locale.ROOT,
                "%,d operations in %d rounds, %d s, %,d a second",
                operations,
                rounds,
                TimeUnit.NANOSECONDS.toSeconds(nanos),
                (long) (operations * 1e9 / nanos));
    }
}
