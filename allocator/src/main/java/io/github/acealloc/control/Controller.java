/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

/**
 * Decides on the cap and the batch of one class from what it did last: a pure function, so that the same reading gives the
 * same decision.
 *
 * <p>A cap is an allowance, not memory: what lies in a cache and is not needed for a turn goes back by itself. So a cap is
 * high until there is evidence that what it allows is not worth its price. It grows where an overflow was needed again within
 * the break-even interval, and to what would have been enough; it is lowered where overflows were not, or where a class went
 * quiet and what it left lay idle. Steps are bounded, small ones are not taken, and a lower cap that made things worse is
 * taken back.
 */
public final class Controller {
    /** Blocks; no cache holds more. */
    public static final int MOST_CAP = 1 << 14;

    /** Blocks; no refill fetches more. */
    public static final int MOST_BATCH = 256;

    /** A cap grows to at most so many times itself at once. */
    static final int MOST_GROWTH = 16;

    /** It is lowered only if less than this part of it is wanted, and grows only if more than the inverse is. */
    private static final double HYSTERESIS = 0.8;

    private static final double LEAST_BURSTINESS = 0.25;
    private static final double MOST_BURSTINESS = 1e6;

    /** How much of a lower burstiness is believed at once; a higher one is believed as it is. */
    private static final double CALMING = 0.1;

    /** What made things worse: a cost of more than so many times the earlier one. */
    private static final double WORSE = 1.5;

    /** Nothing is taken back for less than this; in cores. */
    private static final double NOTICEABLE = 1e-5;

    /** Turns for which a cap that was lowered in vain is not lowered again. */
    private static final int COOL_DOWN = 32;

    private Controller() {}

    /**
     * What the controller remembers of a class.
     *
     * @param burstiness how many times the variance of the live count is what independent buffers would give
     * @param coolDown turns for which the cap is not lowered
     * @param earlierCap the cap before it was lowered last turn, or 0
     * @param earlierCost what the class cost then; in cores
     */
    public record Memory(double burstiness, int coolDown, int earlierCap, double earlierCost) {
        /** Of a class of which nothing is known. */
        public static final Memory NONE = new Memory(1, 0, 0, 0);
    }

    /**
     * What is to be done, and why.
     *
     * @param cap blocks
     * @param batch blocks
     * @param reason in a few words; empty if nothing is to be done
     * @param predicted by how much it should change the cost; in cores
     * @param rolledBack whether the last change is taken back
     * @param memory for the next time
     */
    public record Choice(int cap, int batch, String reason, double predicted, boolean rolledBack, Memory memory) {}

    /**
     * Decides.
     *
     * @param policy by which rule
     * @param reading what the class did last
     * @param memory from the last time
     * @param economics what things cost
     * @param startCap the cap of a class of which nothing is known
     * @return what is to be done; the reading's own cap and batch if nothing is
     */
    public static Choice decide(Policy policy, Reading reading, Memory memory, Economics economics, int startCap) {
        double cost = economics.cost(reading);
        if (memory.earlierCap() > reading.cap()
                && cost > WORSE * memory.earlierCost()
                && cost - memory.earlierCost() > NOTICEABLE) {
            Memory next = new Memory(memory.burstiness(), COOL_DOWN, 0, 0);
            double gain = memory.earlierCost() - cost;
            return new Choice(memory.earlierCap(), reading.batch(), "it cost more", gain, true, next);
        }
        double burstiness = burstiness(reading, memory.burstiness());
        Wish wish = wish(policy, reading, burstiness, economics, startCap);
        int cap = bounded(reading, wish.cap());
        boolean isLess = cap < HYSTERESIS * reading.cap() && memory.coolDown() == 0;
        boolean isMore = cap * HYSTERESIS > reading.cap();
        cap = isLess || isMore ? cap : reading.cap();
        int batch = batch(reading, economics, cap);
        Memory next = new Memory(
                burstiness, Math.max(memory.coolDown() - 1, 0), isLess ? reading.cap() : 0, isLess ? cost : 0);
        boolean nothing = cap == reading.cap() && batch == reading.batch();
        String reason = nothing ? "" : cap == reading.cap() ? "batch for what passes" : wish.reason();
        return new Choice(cap, batch, reason, nothing ? 0 : predicted(reading, cap, cost, economics), false, next);
    }

    private record Wish(double cap, String reason) {}

    private static Wish wish(Policy policy, Reading reading, double burstiness, Economics economics, int startCap) {
        double tau = economics.tau(reading.blockBytes(), reading.batch());
        return switch (policy) {
            case FIXED -> new Wish(startCap, "the default");
            case MARKS -> byMarks(reading, tau);
            case SWING -> bySwing(reading, burstiness, tau);
        };
    }

    /** The water marks: how far the live count went, and whether what overflowed was needed again in time. */
    private static Wish byMarks(Reading reading, double tau) {
        if (reading.reuses() > 0 && reading.watchedNanos() / (double) reading.reuses() < tau) {
            return new Wish(
                    Math.max(reading.cap(), (double) reading.swing() + reading.batch()), "overflow was needed again");
        }
        if (reading.watchedNanos() >= tau * Math.max(reading.reuses(), 1)) {
            return new Wish(Math.max(reading.cap() / 2, reading.batch()), "overflow was not needed again");
        }
        if (reading.aged() > (double) reading.level() + reading.allocations()) {
            return new Wish(Math.max(reading.level(), reading.batch()), "it went quiet and left blocks idle");
        }
        return new Wish(reading.cap(), "");
    }

    /** Arrival rate and lifetimes, corrected by how bursty the class has been. */
    private static Wish bySwing(Reading reading, double burstiness, double tau) {
        if (!(reading.meanNanos() > 0)) {
            return byMarks(reading, tau);
        }
        double swing = Math.sqrt(burstiness) * CapPlanner.swing(reading.rate(), reading.shortNanos(), tau);
        double cap = reading.batch() + swing;
        if (reading.watchedNanos() >= tau * Math.max(reading.reuses(), 1)) {
            return new Wish(
                    Math.min(cap, Math.max(reading.cap() / 2, reading.batch())), "overflow was not needed again");
        }
        return new Wish(cap, "the swing to be expected");
    }

    private static double burstiness(Reading reading, double before) {
        double expected =
                CapPlanner.swing(reading.rate(), Math.min(reading.meanNanos(), reading.nanos()), reading.nanos());
        if (!(expected > 0) || reading.swing() <= 0) {
            return before;
        }
        double ratio = reading.swing() / expected;
        double seen = Math.min(Math.max(ratio * ratio, LEAST_BURSTINESS), MOST_BURSTINESS);
        return seen > before ? seen : before + (seen - before) * CALMING;
    }

    private static int bounded(Reading reading, double wanted) {
        double most = Math.min((double) MOST_GROWTH * Math.max(reading.cap(), reading.batch()), MOST_CAP);
        if (!(wanted >= 0)) {
            return reading.cap();
        }
        return (int) Math.ceil(Math.max(Math.min(wanted, Math.max(most, reading.cap())), Math.min(reading.cap(), 1)));
    }

    /** Large ones where much passes, one where little does; never more than the cap, and as it was unless that is off by half. */
    private static int batch(Reading reading, Economics economics, int cap) {
        double perNano = reading.nanos() > 0 ? Math.max(reading.moved(), 0) / (double) reading.nanos() : 0;
        double best = economics.batch(reading.blockBytes(), perNano);
        boolean isClose = best > reading.batch() / 2.0 && best < 2.0 * reading.batch();
        double batch = perNano == 0 || isClose ? reading.batch() : best;
        return (int) Math.max(Math.min(batch, Math.min(MOST_BATCH, cap)), 1);
    }

    private static double predicted(Reading reading, int cap, double cost, Economics economics) {
        if (cap > reading.cap()) {
            double idle = (cap - reading.cap()) / 2.0 * reading.blockBytes() * economics.price();
            return idle - (reading.nanos() > 0 ? reading.misses() * economics.refillNanos() / reading.nanos() : 0);
        }
        return -Math.min(cost, Math.max(reading.level() - cap, 0) * (double) reading.blockBytes() * economics.price());
    }
}
