/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.AceConfig;
import io.github.acealloc.AceStats;
import io.github.acealloc.netty.AceByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One allocator with the event loops on it, and the proof after each test that nothing is left of what they did. */
public final class AceFixture implements BeforeEachCallback, AfterEachCallback {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Duration patience;
    private final Supplier<AceByteBufAllocator> maker;
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final List<Loops> loops = new ArrayList<>();
    private volatile Predicate<Throwable> isExpected = failure -> false;
    private AllocatorLog log;
    private LeakReports leaks;
    private AceByteBufAllocator allocator;

    AceFixture() {
        this(PATIENCE, new Properties());
    }

    private AceFixture(Duration patience, Properties settings) {
        this(patience, () -> new AceByteBufAllocator(AceConfig.from(settings)));
    }

    private AceFixture(Duration patience, Supplier<AceByteBufAllocator> maker) {
        this.patience = patience;
        this.maker = maker;
    }

    /** One of an allocator that somebody else makes. */
    public static AceFixture of(Supplier<AceByteBufAllocator> maker) {
        return new AceFixture(PATIENCE, maker);
    }

    /** One that waits no longer than this until nothing is live. */
    static AceFixture withPatience(Duration patience) {
        return new AceFixture(patience, new Properties());
    }

    /** One with a memory limit. */
    static AceFixture limitedTo(String maxBytes) {
        Properties settings = new Properties();
        settings.setProperty("acealloc.maxBytes", maxBytes);
        return new AceFixture(PATIENCE, settings);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        start();
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        try {
            if (context.getExecutionException().isEmpty()) {
                assertClean();
            }
        } finally {
            stop();
        }
    }

    public void start() {
        log = new AllocatorLog(this::fail);
        leaks = new LeakReports();
        allocator = maker.get();
    }

    public void stop() {
        loops.forEach(Loops::shutDown);
        loops.clear();
        failures.clear();
        allocator.close();
        leaks.close();
        log.close();
    }

    public AceByteBufAllocator allocator() {
        return allocator;
    }

    public LeakReports leaks() {
        return leaks;
    }

    public AceStats stats() {
        return allocator.stats();
    }

    public Loops loops(Transport transport, int count) {
        return add(new Loops(transport, count, allocator, this::fail));
    }

    Loops loops(Transport transport, int count, ThreadFactory threads) {
        return add(new Loops(transport, count, threads, allocator, this::fail));
    }

    /** For the other side of a test of the allocator's limits. */
    Loops loops(Transport transport, int count, ByteBufAllocator other) {
        return add(new Loops(transport, count, other, this::fail));
    }

    private Loops add(Loops added) {
        loops.add(added);
        return added;
    }

    /** Takes what a handler or a thread of the test has thrown; the test fails with it. */
    public void fail(Throwable failure) {
        if (!isExpected.test(failure)) {
            failures.add(failure);
        }
    }

    /** Lets these failures pass from now on. */
    public void expect(Predicate<Throwable> isExpected) {
        this.isExpected = isExpected;
    }

    /** Waits for a result, but no longer than until something has failed. */
    <T> T await(Future<T> future) throws Exception {
        awaitFor("the future").until(() -> future.isDone() || !failures.isEmpty());
        assertNoFailures();
        return future.get();
    }

    /** Asserts that the allocator was asked at least so many times, and waits, with the loops alive, until nothing is live. */
    void awaitServed(long atLeast) {
        assertThat(stats().allocations()).as("allocations").isGreaterThanOrEqualTo(atLeast);
        awaitNothingLive();
    }

    private void awaitNothingLive() {
        awaitFor("an allocator without live buffers").atMost(patience).untilAsserted(() -> {
            trimEverywhere();
            assertThat(stats().liveBytes()).as(() -> "liveBytes of " + stats()).isZero();
        });
    }

    public static ConditionFactory awaitFor(String what) {
        return Awaitility.await(what).atMost(PATIENCE).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5));
    }

    /** Whether something has failed that was not expected. */
    public boolean hasFailed() {
        return !failures.isEmpty();
    }

    public void assertNoFailures() {
        Throwable first = failures.peek();
        if (first != null) {
            throw new AssertionError("failed: " + first, first);
        }
    }

    /**
     * Asserts, in this order: nothing has failed and no error was logged; nothing was leaked; all laws hold; with the loops alive and idle,
     * nothing is live after a trim of each; once they have ended, trim gives all memory back and the laws hold still;
     * nothing is left after close.
     */
    public void assertClean() throws Exception {
        assertNoFailures();
        assertThat(leaks.collect()).as("reports of leaks").isEmpty();
        // Somebody may still be closing; what a walk beside that sees does not last, a broken law does.
        awaitFor("an allocator that keeps its laws")
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(allocator.violations()).isEmpty());
        awaitNothingLive();
        loops.forEach(Loops::shutDown);
        allocator.trim();
        assertThat(allocator.violations()).isEmpty();
        assertThat(stats().remoteQueued()).as("remoteQueued").isZero();
        assertThat(stats().committedBytes())
                .as(() -> "committedBytes of " + stats())
                .isZero();
        allocator.close();
        assertNothingUsed();
        assertNoFailures();
    }

    private void trimEverywhere() throws InterruptedException {
        for (Loops each : loops) {
            if (!each.isShutDown()) {
                each.runOnEach(allocator::trim);
            }
        }
        allocator.trim();
    }

    void assertNothingUsed() {
        assertThat(allocator.metric().usedDirectMemory()).as("usedDirectMemory").isZero();
        assertThat(allocator.metric().usedHeapMemory()).as("usedHeapMemory").isZero();
    }
}
