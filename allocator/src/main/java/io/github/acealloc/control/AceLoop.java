/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import io.github.acealloc.heap.HeapRegistry;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.os.PageCost;
import io.github.acealloc.slab.SizeClasses;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.function.ToIntBiFunction;

/**
 * ACE for one allocator: observe what its heaps did, decide on their limits, apply them. Runs on the governor's thread, one
 * turn at a time.
 */
public final class AceLoop {
    /** What is needed when an application is gone and its class loader closed: loaded while that can be done. */
    static final List<Class<?>> NEEDED_AT_LAST = List.of(LearnedPolicy.Limits.class, Economics.class, PageCost.class);

    /** One lifetime is measured for so many bytes of a class. */
    private static final int LIFETIME_BYTES = 512 << 10;

    /** The part of the limit that all caches together may hold. */
    private static final int BUDGET_SHIFT = 3;

    /** Why a cap is another that was not decided here. */
    private static final String RAISED = "overflow was needed again, and the owner has raised it";

    /** What the policy keeps to that learns nothing, where the start is not more. */
    private static final Knobs FIXED = Knobs.defaults();

    /** No heap has less for its caches. */
    private static final long LEAST_BUDGET = 1 << 20;

    private final String kind;
    private final HeapRegistry registry;
    private final Supplier<Knobs> start;
    private final Profile profile;
    private final long limitBytes;
    private final DoubleSupplier pageCost;
    private final DecisionLog log = new DecisionLog();
    private final PolicyTournament tournament = new PolicyTournament();
    private final IdentityHashMap<ThreadHeap, HeapWatch> watches = new IdentityHashMap<>();

    /** What was learned in heaps that have gone. Guarded by the lock of {@link #watches}. */
    private final Map<Integer, LearnedPolicy.Limits> past = new HashMap<>();

    private final Map<Integer, Integer> pins = new ConcurrentHashMap<>();
    private final SizeMix mix = new SizeMix();
    private volatile Mode mode;
    private boolean isActive;
    private double pageNanos;

    /**
     * A loop that has not begun.
     *
     * @param kind of memory: {@code direct} or {@code heap}
     * @param registry whose heaps it looks after
     * @param start the limits of a heap that is new
     * @param mode how far it goes
     * @param profile what memory is worth
     * @param limitBytes the most memory that the allocator takes
     * @param pageCost what giving back a page and using it again costs, in nanoseconds; asked for once
     */
    public AceLoop(
            String kind,
            HeapRegistry registry,
            Supplier<Knobs> start,
            Mode mode,
            Profile profile,
            long limitBytes,
            DoubleSupplier pageCost) {
        this.kind = kind;
        this.registry = registry;
        this.start = start;
        this.mode = mode;
        this.profile = profile;
        this.limitBytes = limitBytes;
        this.pageCost = pageCost;
    }

    /**
     * How far it goes now.
     *
     * @return the mode it was given, or {@link Mode#FROZEN} after a failure
     */
    public Mode mode() {
        return mode;
    }

    /**
     * Goes another way from the next turn on.
     *
     * @param mode how far
     */
    public void mode(Mode mode) {
        this.mode = mode;
    }

    /**
     * Fixes the cap of a class in all heaps.
     *
     * @param sizeClass the class
     * @param cap blocks, at least 0
     */
    public void pin(int sizeClass, int cap) {
        if (cap < 0 || cap > Controller.MOST_CAP) {
            throw new IllegalArgumentException("cap: " + cap + " (expected: 0 to " + Controller.MOST_CAP + ")");
        }
        pins.put(sizeClass, cap);
    }

    /**
     * What was decided.
     *
     * @return the log
     */
    public DecisionLog log() {
        return log;
    }

    /**
     * How the policies are rated.
     *
     * @return the tournament; for the governor's thread
     */
    PolicyTournament tournament() {
        return tournament;
    }

    /**
     * Whether the last turn found that anything was allocated.
     *
     * @return for the governor's thread
     */
    public boolean isActive() {
        return isActive;
    }

    /**
     * One turn.
     *
     * @param now the time, as {@code System.nanoTime()} tells it
     */
    public void turn(long now) {
        isActive = false;
        Mode mode = this.mode;
        List<ThreadHeap> heaps = registry.heaps();
        if (mode == Mode.OFF) {
            heaps.forEach(heap -> heap.knobs(null));
        }
        if (mode != Mode.LEARN && mode != Mode.OBSERVE) {
            return;
        }
        long budget = Math.max((limitBytes >> BUDGET_SHIFT) / Math.max(heaps.size(), 1), LEAST_BUDGET);
        List<HeapWatch> found = heaps.stream().map(heap -> watch(heap, now)).toList();
        int active = (int) found.stream().filter(HeapWatch::wasActive).count();
        int players = 0;
        if (mode == Mode.LEARN && active > 0 && pageNanos == 0) {
            pageNanos = pageCost.getAsDouble();
        }
        for (HeapWatch watch : found) {
            Policy policy =
                    mode == Mode.LEARN && watch.wasActive() ? tournament.policy(players++, active) : tournament.best();
            turn(watch, policy, mode == Mode.LEARN, budget, now);
        }
        if (tournament.endTurn() && mix.hasShifted()) {
            tournament.relearn();
        }
    }

    private HeapWatch watch(ThreadHeap heap, long now) {
        synchronized (watches) {
            return watches.computeIfAbsent(heap, h -> new HeapWatch(h, h.knobs(), now));
        }
    }

    /**
     * Forgets heaps that have gone, but not what was learned in them.
     *
     * @param heaps those that there are
     */
    public void forget(List<ThreadHeap> heaps) {
        synchronized (watches) {
            if (watches.size() <= heaps.size()) {
                return;
            }
            IdentityHashMap<ThreadHeap, HeapWatch> gone = new IdentityHashMap<>(watches);
            heaps.forEach(gone::remove);
            gone.forEach((heap, watch) -> {
                for (int c = 0; c < SizeClasses.COUNT; c++) {
                    if (watch.knows(c)) {
                        past.put(SizeClasses.blockBytes(c), new LearnedPolicy.Limits(watch.cap(c), watch.batch(c)));
                    }
                }
                watches.remove(heap);
            });
        }
    }

    private void turn(HeapWatch watch, Policy policy, boolean learns, long budget, long now) {
        ThreadHeap heap = watch.heap();
        Economics economics = economics(heap);
        List<Reading> readings = watch.read(now, economics);
        boolean allocates = watch.wasActive();
        isActive |= allocates;
        decide(watch, readings, policy, economics, budget, learns);
        Knobs knobs = watch.knobs(start.get(), LIFETIME_BYTES);
        heap.knobs(learns ? knobs.withPaying(paying(knobs, economics)) : knobs);
        if (allocates) {
            mix.add(readings);
        }
        if (learns) {
            if (allocates) {
                tournament.play(heap.number(), policy, cost(readings, economics), watch.allocations());
            }
        }
    }

    private long[] paying(Knobs knobs, Economics economics) {
        long[] taus = economics.taus(knobs);
        pins.keySet().forEach(sizeClass -> taus[sizeClass] = 0);
        return taus;
    }

    private Economics economics(ThreadHeap heap) {
        long timed = heap.counters().refillNanos();
        return new Economics(profile.price(), timed > 0 ? timed : Economics.UNTIMED_REFILL_NANOS);
    }

    private static double cost(List<Reading> readings, Economics economics) {
        double cost = 0;
        for (Reading reading : readings) {
            cost += economics.cost(reading) * reading.nanos();
        }
        return cost;
    }

    private void decide(
            HeapWatch watch, List<Reading> readings, Policy policy, Economics economics, long budget, boolean learns) {
        List<Controller.Choice> choices = new ArrayList<>();
        int[] caps = new int[readings.size()];
        for (int i = 0; i < caps.length; i++) {
            Reading reading = readings.get(i);
            int sizeClass = reading.sizeClass();
            Controller.Choice choice = Controller.decide(
                    policy,
                    reading,
                    watch.memory(sizeClass),
                    economics,
                    Math.max(start.get().cap(sizeClass), FIXED.cap(sizeClass)));
            choices.add(choice);
            caps[i] = choice.cap();
        }
        CapPlanner.share(readings, caps, budget);
        for (int i = 0; i < caps.length; i++) {
            Reading reading = readings.get(i);
            Integer pin = pins.get(reading.sizeClass());
            int cap = pin != null ? pin : caps[i];
            double cost = economics.cost(reading);
            Decision settled = watch.settle(reading, cost);
            if (settled != null) {
                log.add(settled);
            }
            Decision decision = decision(watch, reading, policy, choices.get(i), cap, pin != null, learns);
            if (learns) {
                watch.choose(reading, choices.get(i), cap, cost, decision);
            } else if (decision != null) {
                log.add(decision);
            }
        }
    }

    private Decision decision(
            HeapWatch watch,
            Reading reading,
            Policy policy,
            Controller.Choice choice,
            int cap,
            boolean isPinned,
            boolean learns) {
        int oldCap = watch.cap(reading.sizeClass());
        if (cap == oldCap && choice.batch() == reading.batch()) {
            return null;
        }
        return new Decision(
                Instant.now(),
                kind,
                watch.heap().number(),
                reading.sizeClass(),
                policy,
                oldCap,
                cap,
                reading.batch(),
                choice.batch(),
                reading.rate() * 1e9,
                reading.meanNanos(),
                reading.level(),
                reading.misses(),
                reason(choice, cap, isPinned),
                choice.predicted(),
                Double.NaN,
                choice.rolledBack(),
                learns);
    }

    private static String reason(Controller.Choice choice, int cap, boolean isPinned) {
        if (isPinned) {
            return "pinned";
        }
        if (cap < choice.cap()) {
            return "the budget is shared";
        }
        return choice.reason().isEmpty() ? RAISED : choice.reason();
    }

    /**
     * How long free pages lie in a heap that goes on allocating, and how long it pays to keep those that will be needed again;
     * for the governor's thread.
     *
     * @return nanoseconds, at least the purge delay
     */
    public double pageDelay() {
        double nanos = mode == Mode.LEARN && pageNanos > 0 ? pageNanos : PageCost.UNMEASURED;
        Economics economics = new Economics(profile.price(), Economics.UNTIMED_REFILL_NANOS);
        return economics.pageDelay(nanos, start.get().purgeDelayNanos());
    }

    /**
     * How long the blocks of a class live, over all heaps; what was measured long ago counts less.
     *
     * @param sizeClass the class
     * @return the mean in nanoseconds, a moment old; 0 if none was measured
     */
    public long lifetimeNanos(int sizeClass) {
        double samples = 0;
        double nanos = 0;
        synchronized (watches) {
            for (HeapWatch watch : watches.values()) {
                double weight = watch.lifetimeSamples(sizeClass);
                samples += weight;
                nanos += weight * watch.lifetimeNanos(sizeClass);
            }
        }
        return samples > 0 ? (long) (nanos / samples) : 0;
    }

    /**
     * What was learned so far: for each class the middle of the heaps that have used it, or what the last one that has gone knew.
     *
     * @return a snapshot
     */
    public LearnedPolicy learned() {
        Map<Integer, LearnedPolicy.Limits> limits;
        List<HeapWatch> all;
        synchronized (watches) {
            limits = new HashMap<>(past);
            all = new ArrayList<>(watches.values());
        }
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            int[] caps = limits(all, c, HeapWatch::cap);
            if (caps.length > 0) {
                int[] batches = limits(all, c, HeapWatch::batch);
                limits.put(
                        SizeClasses.blockBytes(c),
                        new LearnedPolicy.Limits(caps[caps.length / 2], batches[batches.length / 2]));
            }
        }
        return new LearnedPolicy(limits);
    }

    private static int[] limits(List<HeapWatch> watches, int sizeClass, ToIntBiFunction<HeapWatch, Integer> limit) {
        return watches.stream()
                .filter(watch -> watch.knows(sizeClass))
                .mapToInt(watch -> limit.applyAsInt(watch, sizeClass))
                .sorted()
                .toArray();
    }

    /**
     * What was decided, and how the policies are rated, in words.
     *
     * @return lines that each end with a line feed
     */
    public String explain() {
        StringBuilder text = new StringBuilder(1024);
        text.append(String.format(
                Locale.ROOT,
                "%s memory: mode %s, profile %s, %d decisions, %d rolled back%n",
                kind,
                mode,
                profile,
                log.count(),
                log.rolledBack()));
        for (Policy policy : Policy.values()) {
            text.append(String.format(Locale.ROOT, "policy %s: %.0f points%n", policy, tournament.rating(policy)));
        }
        for (Decision decision : log.decisions()) {
            text.append(decision).append(System.lineSeparator());
        }
        return text.toString();
    }
}
