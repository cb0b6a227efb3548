/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.acealloc.heap.HeapRegistry;
import io.github.acealloc.heap.HeapWalker;
import io.github.acealloc.heap.HotCache;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.MemoryBudget;
import io.github.acealloc.os.PageCost;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.SuperslabStore;
import io.github.acealloc.testing.Loop;
import io.github.acealloc.testing.TestBlock;
import io.github.acealloc.upkeep.Scavenger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Turns of the control loop over real heaps, with a clock that the test turns. */
class AceLoopTest {
    private static final int KIB = 1 << 10;
    private static final int CLASS = SizeClasses.of(KIB);
    private static final long TURN = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int BURST = 1000;

    private final MemoryBudget budget = new MemoryBudget(256L << 20);
    private final SuperslabStore store = new SuperslabStore(new HeapMemory(), budget, () -> {}, false);
    private final AtomicInteger numbers = new AtomicInteger();
    private final HeapRegistry registry = new HeapRegistry(
            () -> new ThreadHeap(
                    numbers.getAndIncrement(), store, TestBlock.BINDER, budget, this::start, () -> this.now),
            1);
    private final Knobs start = Knobs.defaults();
    private final Scavenger scavenger = new Scavenger(registry);
    private final int startCap = start.cap(CLASS);
    private final List<Loop> loops = new ArrayList<>();
    private Runnable meanwhile = () -> {};
    private long now = 12345;

    /** What each heap starts with; asked for in the middle of a turn, so that a test can do something there. */
    private Knobs start() {
        Runnable task = meanwhile;
        meanwhile = () -> {};
        task.run();
        return start;
    }

    private AceLoop loop(Mode mode, long limit) {
        return new AceLoop("heap", registry, this::start, mode, Profile.BALANCED, limit, () -> PageCost.UNMEASURED);
    }

    private AceLoop loop(Mode mode) {
        return loop(mode, budget.limit());
    }

    private ThreadHeap attach() {
        return registry.attach(Runnable::run);
    }

    private Loop thread() {
        Loop thread = new Loop();
        loops.add(thread);
        return thread;
    }

    @AfterEach
    void holdsTheLaws() {
        loops.forEach(Loop::settle);
        loops.forEach(Loop::close);
        for (ThreadHeap heap : registry.heaps()) {
            assertThat(HeapWalker.walk(heap)).isEmpty();
        }
    }

    private void turn(AceLoop loop) {
        now += TURN;
        loop.turn(now);
        scavenger.look(now, Knobs.NEVER, Knobs.NEVER, Knobs.NEVER); // keeps to what the loop has set
        registry.awaitAsked();
        loops.forEach(Loop::settle);
    }

    private static List<TestBlock> allocate(ThreadHeap heap, int bytes, int n) {
        HotCache cache = heap.cache(SizeClasses.of(bytes));
        List<TestBlock> live = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            live.add((TestBlock) heap.block(cache.pop()));
            if (cache.isSampleDue()) {
                cache.restartSampling();
            }
        }
        return live;
    }

    private static void release(List<TestBlock> live) {
        live.forEach(block -> block.heap().cache(block.slab().sizeClass()).push(block.blockId()));
        live.clear();
    }

    /** So many blocks come and go several times: more than the cap, and what overflows is needed again at once. */
    private static void burst(ThreadHeap heap, int bytes, int n) {
        for (int i = 0; i < 3; i++) {
            release(allocate(heap, bytes, n));
        }
    }

    private static int cap(ThreadHeap heap) {
        return heap.knobs().cap(CLASS);
    }

    private static List<String> reasons(AceLoop loop) {
        return loop.log().decisions().stream().map(Decision::reason).toList();
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"OFF", "FROZEN"})
    void doesNothingWhereItIsNotToRun(Mode mode) {
        AceLoop loop = loop(mode);
        ThreadHeap heap = attach();
        loop.pin(CLASS, 3);
        for (int i = 0; i < 5; i++) {
            burst(heap, KIB, BURST);
            turn(loop);
        }
        assertThat(loop.mode()).isEqualTo(mode);
        assertThat(heap.knobs()).isSameAs(start);
        assertThat(loop.log().count()).isZero();
        assertThat(loop.isActive()).isFalse();
        assertThat(loop.learned()).isEqualTo(LearnedPolicy.NONE);
        assertThat(heap.cache(CLASS).aged()).isZero();
    }

    @Test
    void observingLogsAndLeavesTheLimitsAlone() {
        AceLoop loop = loop(Mode.OBSERVE);
        ThreadHeap heap = attach();
        burst(heap, KIB, BURST);
        heap.ring().open();
        heap.observe(CLASS, 5000);
        turn(loop);
        assertThat(loop.isActive()).isTrue();
        Decision decision = loop.log().decisions().get(0);
        assertThat(decision.applied()).isFalse();
        assertThat(decision.toString()).endsWith("not applied");
        assertThat(decision.oldCap()).isEqualTo(startCap);
        assertThat(decision.newCap()).isGreaterThanOrEqualTo(BURST);
        assertThat(decision.misses()).isPositive();
        assertThat(decision.perSecond()).isEqualTo(3 * BURST / 0.1, within(1.0));
        assertThat(decision.lifetimeNanos())
                .as("the middle of its power of two")
                .isEqualTo(6144);
        assertThat(decision.measured()).isNaN();
        for (int i = 0; i < 5; i++) {
            burst(heap, KIB, BURST);
            turn(loop);
        }
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            assertThat(heap.knobs().cap(c)).isEqualTo(start.cap(c));
            assertThat(heap.knobs().batch(c)).isEqualTo(start.batch(c));
        }
        assertThat(heap.knobs().lifetimeBytes()).as("lifetimes are sampled").isPositive();
        assertThat(heap.cache(CLASS).aged()).as("nothing is given back").isZero();
        assertThat(loop.log().decisions()).noneMatch(Decision::applied);
        turn(loop);
        assertThat(loop.isActive()).isFalse();
    }

    /** In observation too, marks of one turn are not held against the next. */
    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"OBSERVE", "LEARN"})
    void anOldBurstIsForgottenAtTheNextTurn(Mode mode) {
        AceLoop loop = loop(mode);
        ThreadHeap heap = attach();
        turn(loop);
        burst(heap, KIB, 5);
        turn(loop);
        loop.pin(CLASS, 10); // so that even a small burst overflows
        loop.mode(Mode.LEARN);
        turn(loop);
        loop.mode(mode);
        burst(heap, KIB, 3000);
        turn(loop);
        burst(heap, KIB, 100);
        assertThat(heap.cache(CLASS).meter().swing(heap.knobs().window())).isBetween(50, 200);
    }

    @ParameterizedTest
    @EnumSource(
            value = Mode.class,
            names = {"OBSERVE", "LEARN"})
    void overflowThatNobodyNeedsAgainIsNoReasonForSuchACap(Mode mode) {
        AceLoop loop = loop(mode);
        ThreadHeap heap = attach();
        List<TestBlock> live = allocate(heap, KIB, 6 * BURST);
        for (int i = 0; i < 5; i++) {
            turn(loop);
            release(live.subList(0, BURST));
        }
        turn(loop);
        // What only passes gets large batches, which no cap is below; where nothing is applied, both are said each
        // turn.
        assertThat(reasons(loop)).containsAnyOf("overflow was not needed again", "batch for what passes");
        assertThat(cap(heap)).isLessThanOrEqualTo(startCap);
        release(live);
    }

    @Test
    void aClassWhoseOverflowIsNeededAgainGrows() {
        AceLoop loop = loop(Mode.LEARN);
        ThreadHeap heap = attach();
        burst(heap, KIB, BURST);
        turn(loop);
        assertThat(cap(heap)).isBetween(BURST, 2 * BURST);
        assertThat(loop.log().count()).as("its effect is not known yet").isZero();
        burst(heap, KIB, BURST); // the cache follows at its first miss
        turn(loop);
        Decision grown = loop.log().decisions().get(0);
        assertThat(grown.reason()).isEqualTo("overflow was needed again");
        assertThat(grown.kind()).isEqualTo("heap");
        assertThat(grown.heap()).isEqualTo(heap.number());
        assertThat(grown.sizeClass()).isEqualTo(CLASS);
        assertThat(grown.oldCap()).isEqualTo(startCap);
        assertThat(grown.newCap()).isGreaterThanOrEqualTo(BURST);
        assertThat(grown.measured()).isNotNaN();
        assertThat(grown.applied()).isTrue();
        assertThat(loop.learned().limits()).containsOnlyKeys(KIB);
    }

    @Test
    void whatAClassThatWentQuietLeftGoesBackWithinTwoTurnsAndItsCapFollows() {
        AceLoop loop = loop(Mode.LEARN);
        ThreadHeap heap = attach();
        release(allocate(heap, KIB, startCap - 1));
        turn(loop);
        assertThat(heap.cache(CLASS).size()).isGreaterThan(startCap / 2);
        turn(loop);
        turn(loop);
        assertThat(heap.cache(CLASS).size()).isLessThanOrEqualTo(heap.knobs().batch(CLASS));
        turn(loop);
        assertThat(cap(heap)).isLessThan(startCap / 2);
        turn(loop);
        assertThat(reasons(loop)).contains("it went quiet and left blocks idle");
    }

    @Test
    void aLoweredCapIsRaisedByItsOwnerBeforeTheNextTurnWhereItIsNeeded() {
        AceLoop loop = loop(Mode.LEARN);
        ThreadHeap heap = attach();
        release(allocate(heap, KIB, startCap - 1));
        for (int i = 0; cap(heap) == startCap; i++) {
            assertThat(i).isLessThan(10);
            turn(loop);
        }
        int lowered = cap(heap);
        for (int i = 0; i < 10; i++) {
            burst(heap, KIB, startCap - 1);
        }
        assertThat(heap.cache(CLASS).cap()).isGreaterThanOrEqualTo(startCap - 1);
        assertThat(cap(heap)).as("the limit of the last turn").isEqualTo(lowered);
        turn(loop);
        assertThat(cap(heap)).isGreaterThanOrEqualTo(startCap - 1);
        turn(loop);
        assertThat(reasons(loop)).anyMatch(reason -> reason.startsWith("overflow was needed again"));
    }

    @Test
    void aPinnedClassKeepsItsCap() {
        AceLoop loop = loop(Mode.LEARN);
        ThreadHeap heap = attach();
        loop.pin(CLASS, 77);
        for (int i = 0; i < 10; i++) {
            if (i < 5) {
                burst(heap, KIB, BURST);
                burst(heap, 2 * KIB, BURST);
            }
            turn(loop);
            assertThat(cap(heap)).as("turn %s", i).isEqualTo(77);
        }
        burst(heap, KIB, BURST);
        assertThat(heap.cache(CLASS).cap()).isEqualTo(77);
        assertThat(reasons(loop)).contains("pinned");
        assertThat(loop.learned().limits().get(KIB).cap()).isEqualTo(77);
        loop.pin(CLASS, 0);
        turn(loop);
        burst(heap, KIB, BURST);
        assertThat(heap.cache(CLASS).size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Controller.MOST_CAP + 1, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void pinsOnlyWhatCanBe(int cap) {
        assertThatThrownBy(() -> loop(Mode.LEARN).pin(CLASS, cap))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cap: " + cap + " (expected: 0 to 16384)");
    }

    @Test
    void aBudgetIsSharedByTheClassesOfAHeap() {
        AceLoop loop = loop(Mode.LEARN, 8 << 20);
        ThreadHeap heap = attach();
        int[] sizes = {KIB, 2 * KIB, 4 * KIB, 8 * KIB, 16 * KIB, 32 * KIB};
        long batches = 0;
        for (int turns = 0; turns < 2; turns++) {
            for (int bytes : sizes) {
                burst(heap, bytes, BURST / (bytes / KIB) + 1);
            }
            Knobs before = heap.knobs(); // a class gets a batch at least, and that is as it was
            batches = IntStream.of(sizes)
                    .mapToLong(bytes -> (long) before.batch(SizeClasses.of(bytes)) * bytes)
                    .sum();
            turn(loop);
        }
        long allowed = IntStream.of(sizes)
                .mapToLong(bytes -> (long) heap.knobs().cap(SizeClasses.of(bytes)) * bytes)
                .sum();
        assertThat(allowed).isBetween(1L << 19, (1L << 20) + batches);
        turn(loop);
        assertThat(reasons(loop)).contains("the budget is shared");
    }

    @Test
    void aNewHeapStartsAsTheFirstDidWhateverThatHasLearned() {
        AceLoop loop = loop(Mode.LEARN);
        ThreadHeap old = attach();
        burst(old, KIB, BURST);
        turn(loop);
        ThreadHeap fresh = attach();
        assertThat(fresh.knobs()).isSameAs(start);
        assertThat(cap(old)).isNotEqualTo(startCap);
        turn(loop);
        assertThat(cap(fresh)).isEqualTo(startCap);
        release(allocate(fresh, KIB, 10));
        turn(loop);
        assertThat(cap(fresh)).isEqualTo(startCap);
    }

    @Test
    void whatWasLearnedIsTheMiddleOfTheHeapsThatHaveUsedAClass() {
        AceLoop loop = loop(Mode.LEARN);
        List<ThreadHeap> heaps = List.of(attach(), attach(), attach());
        attach(); // has not used it
        int[] bursts = {2000, 10, BURST};
        for (int i = 0; i < bursts.length; i++) {
            burst(heaps.get(i), KIB, bursts[i]);
        }
        turn(loop);
        int[] caps = heaps.stream().mapToInt(AceLoopTest::cap).toArray();
        assertThat(caps[1]).isEqualTo(startCap);
        assertThat(caps[2]).isBetween(BURST, caps[0] - 1);
        LearnedPolicy learned = loop.learned();
        assertThat(learned.limits()).containsOnlyKeys(KIB);
        assertThat(learned.limits().get(KIB).cap()).isEqualTo(caps[2]);
        assertThat(learned.over(start).cap(CLASS)).isEqualTo(caps[2]);
        assertThat(learned.over(start).cap(CLASS + 1)).isEqualTo(start.cap(CLASS + 1));
    }

    @Test
    void explainsEachDecisionOnALine() {
        AceLoop loop = loop(Mode.LEARN);
        ThreadHeap heap = attach();
        assertThat(loop.explain()).startsWith("heap memory: mode learn, profile balanced, 0 decisions, 0 rolled back");
        loop.pin(CLASS, 3);
        burst(heap, KIB, BURST);
        burst(heap, 2 * KIB, BURST);
        turn(loop);
        turn(loop);
        assertThat(loop.log().count()).isGreaterThanOrEqualTo(2);
        List<String> lines = loop.explain().lines().toList();
        assertThat(lines)
                .containsAll(
                        loop.log().decisions().stream().map(Decision::toString).toList());
        assertThat(lines.get(0)).contains(loop.log().count() + " decisions");
        assertThat(lines).filteredOn(line -> line.startsWith("policy ")).hasSize(Policy.values().length);
        assertThat(lines).hasSize(1 + Policy.values().length + (int) loop.log().count());
    }

    @Test
    void theLogKeepsTheLastOnesAndCountsAll() {
        AceLoop loop = loop(Mode.LEARN);
        ThreadHeap heap = attach();
        release(allocate(heap, KIB, 1));
        int turns = 2 * DecisionLog.CAPACITY;
        for (int i = 0; i <= turns; i++) {
            loop.pin(CLASS, i);
            turn(loop);
        }
        assertThat(loop.log().count()).isEqualTo(turns);
        List<Decision> kept = loop.log().decisions();
        assertThat(kept).hasSize(DecisionLog.CAPACITY);
        assertThat(kept.get(kept.size() - 1).newCap()).isEqualTo(turns - 1);
        assertThat(kept.get(0).newCap()).isEqualTo(turns - DecisionLog.CAPACITY);
    }

    @Test
    void listenersAreToldOnceTheEffectIsKnown() {
        AceLoop loop = loop(Mode.LEARN);
        List<Decision> told = new ArrayList<>();
        loop.log().listen(told::add);
        ThreadHeap heap = attach();
        burst(heap, KIB, BURST);
        turn(loop);
        assertThat(told).isEmpty();
        turn(loop);
        assertThat(told).isNotEmpty().isEqualTo(loop.log().decisions()).noneMatch(d -> Double.isNaN(d.measured()));
    }

    @Test
    void aListenersFailureIsTheTurns() {
        AceLoop loop = loop(Mode.LEARN);
        loop.log().listen(decision -> {
            throw new IllegalStateException("for the test");
        });
        ThreadHeap heap = attach();
        burst(heap, KIB, BURST);
        turn(loop);
        int learned = cap(heap);
        assertThatThrownBy(() -> turn(loop)).hasMessage("for the test");
        loop.mode(Mode.FROZEN);
        turn(loop);
        assertThat(cap(heap)).as("stays where it is").isEqualTo(learned);
    }

    @Test
    void aHeapIsAdoptedWithWhatItHasLearned() {
        AceLoop loop = loop(Mode.LEARN);
        Loop first = thread();
        ThreadHeap heap = first.call(() -> registry.attach(first));
        first.run(() -> burst(heap, KIB, BURST));
        turn(loop);
        int learned = cap(heap);
        assertThat(learned).isGreaterThanOrEqualTo(BURST);
        first.run(() -> registry.detach(heap));
        turn(loop);
        Loop next = thread();
        assertThat(next.call(() -> registry.attach(next))).isSameAs(heap);
        assertThat(cap(heap)).isEqualTo(learned);
        for (int i = 0; i < 2; i++) { // the first one ends a watch that was begun before the pause
            next.run(() -> burst(heap, KIB, BURST));
            turn(loop);
        }
        assertThat(cap(heap)).as("it goes on learning").isGreaterThanOrEqualTo(BURST);
        assertThat(registry.heaps()).hasSize(1);
    }

    /** The heap's thread does something between the reading of its figures and the turn of its caches. */
    private void meanwhile(AceLoop loop, Loop thread, Runnable task) {
        meanwhile = () -> thread.run(task);
        turn(loop);
    }

    @Test
    void aLoopMayLeaveItsHeapInTheMiddleOfATurn() {
        AceLoop loop = loop(Mode.LEARN);
        Loop thread = thread();
        ThreadHeap heap = thread.call(() -> registry.attach(thread));
        for (int i = 0; i < 3; i++) {
            thread.run(() -> release(allocate(heap, KIB, 200)));
            turn(loop);
        }
        thread.run(() -> release(allocate(heap, KIB, 200)));
        meanwhile(loop, thread, () -> registry.detach(heap));
        assertThat(heap.cachedBytes()).isZero();
        assertThat(heap.executor()).isNull();
        turn(loop);
        assertThat(heap.isOwner()).isFalse();
        assertThat(attach()).as("on the shelf").isSameAs(heap);
    }

    @Test
    void aLoopMayEndWithoutAWordInTheMiddleOfATurn() {
        AceLoop loop = loop(Mode.LEARN);
        Loop thread = new Loop();
        ThreadHeap heap = thread.call(() -> registry.attach(thread));
        thread.run(() -> release(allocate(heap, KIB, 200)));
        meanwhile = thread::end;
        turn(loop);
        turn(loop);
        turn(loop);
        assertThat(heap.cachedBytes()).isZero();
        assertThat(attach()).as("on the shelf").isSameAs(heap);
    }

    @Test
    void heapsMayComeInTheMiddleOfATurn() {
        AceLoop loop = loop(Mode.LEARN);
        burst(attach(), KIB, BURST);
        meanwhile = () -> burst(attach(), KIB, BURST);
        turn(loop);
        assertThat(registry.heaps()).hasSize(2);
        turn(loop);
        assertThat(registry.heaps()).allSatisfy(heap -> assertThat(cap(heap)).isGreaterThanOrEqualTo(BURST));
    }

    @Test
    void theAllocatorMayBeClosedInTheMiddleOfATurn() {
        AceLoop loop = loop(Mode.LEARN);
        Loop thread = thread();
        ThreadHeap heap = thread.call(() -> registry.attach(thread));
        thread.run(() -> burst(heap, KIB, BURST));
        meanwhile = () -> {
            store.close();
            registry.close(() -> registry.detach(heap));
            thread.settle();
        };
        turn(loop);
        turn(loop);
        assertThat(heap.committedBytes()).isZero();
        assertThat(store.committedBytes()).isZero();
        assertThat(loop.learned().limits()).containsOnlyKeys(KIB);
    }

    @Test
    void aLoopThatDoesNotAnswerIsAskedOnceAndGoesOnLater() {
        AceLoop loop = loop(Mode.LEARN);
        List<Runnable> asked = new ArrayList<>();
        Loop thread = thread();
        ThreadHeap heap = thread.call(() -> registry.attach(asked::add));
        thread.run(() -> release(allocate(heap, KIB, 200)));
        for (int i = 0; i < 20; i++) {
            turn(loop);
        }
        assertThat(asked).hasSize(1);
        for (int i = 0; i < 4; i++) {
            asked.forEach(thread::run);
            asked.clear();
            turn(loop);
        }
        assertThat(heap.cache(CLASS).size()).isLessThanOrEqualTo(heap.knobs().batch(CLASS));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, -1, 36_000_000_000_000L, -36_000_000_000_000L, Long.MAX_VALUE / 2, Long.MIN_VALUE / 2})
    void aClockThatJumpsLeadsToNoUnlawfulLimit(long jump) {
        AceLoop loop = loop(Mode.LEARN);
        ThreadHeap heap = attach();
        heap.ring().open();
        for (int i = 0; i < 60; i++) {
            burst(heap, KIB, i % 3 == 0 ? BURST : 10);
            heap.observe(CLASS, i % 2 == 0 ? jump : 1000);
            now += i % 7 == 3 ? jump : i % 7 == 4 ? -jump : TURN;
            loop.turn(now);
            for (int c = 0; c < SizeClasses.COUNT; c++) {
                assertThat(heap.knobs().cap(c)).isBetween(0, Controller.MOST_CAP);
                assertThat(heap.knobs().batch(c)).isBetween(1, Controller.MOST_BATCH);
            }
        }
        assertThat(loop.log().decisions())
                .isNotEmpty()
                .allSatisfy(decision -> assertThat(List.of(
                                decision.perSecond(),
                                decision.lifetimeNanos(),
                                decision.predicted(),
                                decision.measured()))
                        .allMatch(Double::isFinite));
        release(allocate(heap, KIB, 200));
        for (int i = 0; i < 1200; i++) { // a refill may have been timed as slow as timings go
            turn(loop);
        }
        assertThat(heap.cache(CLASS).size())
                .as("what is idle goes back as before")
                .isLessThanOrEqualTo(heap.knobs().batch(CLASS));
    }

    @Test
    void aPolicyIsTakenOverWhereSomethingWasLearned() {
        LearnedPolicy policy = new LearnedPolicy(Map.of(KIB, new LearnedPolicy.Limits(9, 3)));
        assertThat(policy.over(start).cap(CLASS)).isEqualTo(9);
        assertThat(policy.over(start).batch(CLASS)).isEqualTo(3);
        assertThat(policy.over(start).cap(CLASS - 1)).isEqualTo(start.cap(CLASS - 1));
        assertThat(policy.over(start).purgeDelayNanos()).isEqualTo(start.purgeDelayNanos());
    }
}
