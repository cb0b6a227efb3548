/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.AceConfig;
import io.github.acealloc.AceStats;
import io.github.acealloc.control.AceLoop;
import io.github.acealloc.control.Mode;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.netty.Face.Parts;
import io.github.acealloc.netty.PolicyFile.Policies;
import io.github.acealloc.netty.watch.Watch;
import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.slab.SizeClasses;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.netty.util.internal.PlatformDependent;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A drop-in {@code ByteBufAllocator}: both direct and heap buffers are pooled, in memory owned by the event loop that
 * uses it.
 *
 * <p>Safe for use by any thread; fastest on event loops. Where memory is exhausted, allocation throws one
 * {@code OutOfMemoryError} that tells what is live, cached and free and which setting the limit comes from, and the allocator
 * goes on. For direct memory it is Netty's {@code OutOfDirectMemoryError} wherever Netty lies on the class path. It takes no
 * memory before the first allocation.
 */
public final class AceByteBufAllocator extends AbstractByteBufAllocator
        implements ByteBufAllocatorMetricProvider, AutoCloseable {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(AceByteBufAllocator.class);

    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private static final String NAME =
            "AceByteBufAllocator(directByDefault: " + PlatformDependent.directBufferPreferred() + ")";

    /**
     * The allocator for the whole JVM, with the settings of the system properties. It stays open: {@link #close} gives back what is
     * free.
     */
    public static final AceByteBufAllocator DEFAULT =
            new AceByteBufAllocator(AceConfig.fromSystemProperties(), null, OsMemory.direct(), "default");

    private final Limits limits;
    private final BufferPool direct;
    private final BufferPool heap;
    private final AceAllocatorMetric metric;
    private final Optional<PolicyKeeper> keeper;
    private final AtomicBoolean closed;
    private final Parts parts;

    /** An allocator with the settings of the {@code acealloc.*} system properties. */
    public AceByteBufAllocator() {
        this(AceConfig.fromSystemProperties());
    }

    /**
     * An allocator with settings of its own.
     *
     * @param config the settings
     */
    public AceByteBufAllocator(AceConfig config) {
        this(config, null);
    }

    /**
     * An allocator whose heaps start with limits of the caller's: for measurements.
     *
     * @param config the settings
     * @param knobs the limits, in the place of the settings that have to do with them; {@code null} for those
     */
    public AceByteBufAllocator(AceConfig config, Knobs knobs) {
        this(config, knobs, OsMemory.direct());
    }

    /** With another source of direct memory: one that fails, for instance. */
    AceByteBufAllocator(AceConfig config, Knobs knobs, OsMemory directMemory) {
        this(config, knobs, directMemory, Integer.toString(NUMBERS.incrementAndGet()));
    }

    private AceByteBufAllocator(AceConfig config, Knobs knobs, OsMemory directMemory, String name) {
        super(PlatformDependent.directBufferPreferred());
        if (!TakeOver.ON) {
            VertxWarning.check();
        }
        Ready.make();
        limits = Limits.of(config);
        LeakSampling leaks = new LeakSampling(config.leakTrackedPerSecond());
        boolean learns = config.mode() == Mode.LEARN;
        keeper = config.policy()
                .filter(file -> learns || config.mode() == Mode.FROZEN)
                .map(file -> new PolicyKeeper(file, learns));
        Policies learned = keeper.map(PolicyKeeper::read).orElse(Policies.NONE);
        Knobs common = knobs != null ? knobs : config.knobs();
        Face face = new Face();
        direct = new BufferPool(
                face, directMemory, limits.direct(), config, learned.direct().over(common), leaks);
        heap = new BufferPool(
                face, new HeapMemory(), limits.heap(), config, learned.heap().over(common), leaks);
        Figures figures = new Figures(name, limits, direct, heap, config.profile());
        metric = new AceAllocatorMetric(direct, heap);
        keeper.ifPresent(k -> k.keep(loop(direct)::learned, loop(heap)::learned));
        for (AceLoop loop : List.of(loop(direct), loop(heap))) {
            if (Jfr.IS_THERE) {
                loop.log().listen(DecisionEvent::commit);
            }
            keeper.ifPresent(k -> loop.log().listen(k::decided));
        }
        closed = new AtomicBoolean();
        parts = new Parts(
                limits, direct, heap, metric, keeper, config.printsStatsAtExit(), figures, new Watch(figures), closed);
        face.show(this, parts);
        parts.watch().look();
        watchExit();
        if (parts.printsStatsAtExit()) {
            stats().print(); // so that all it takes is loaded while the class loader is open
        }
        LOGGER.info("{}; {}", figures, config.changes());
    }

    /** Another object for what one that was dropped has left. */
    AceByteBufAllocator(Parts parts) {
        super(PlatformDependent.directBufferPreferred());
        this.parts = parts;
        limits = parts.limits();
        direct = parts.direct();
        heap = parts.heap();
        metric = parts.metric();
        keeper = parts.keeper();
        closed = parts.closed();
        watchExit();
    }

    private void watchExit() {
        if (parts.printsStatsAtExit() || keeper.isPresent()) {
            AtExit.watch(this);
        }
    }

    /** Prints the figures and keeps what was learned, if that is wanted. */
    void atExit() {
        lastThings(parts);
    }

    /** The same for one that nobody may have any more. What fails is said, and keeps nobody from anything. */
    static void lastThings(Parts parts) {
        try {
            if (parts.printsStatsAtExit()) {
                System.err.print(NAME + "\n" + stats(parts).print());
            }
            parts.keeper().ifPresent(PolicyKeeper::atExit);
        } catch (RuntimeException e) {
            System.err.println(NAME + ": " + e);
        } catch (LinkageError e) {
            System.err.println(NAME + ": the class loader is closed, so nothing is printed or written: " + e);
        }
    }

    /** What the control loop knows by now. */
    Policies learned() {
        return new Policies(loop(direct).learned(), loop(heap).learned());
    }

    BufferPool pool(boolean isDirect) {
        return isDirect ? direct : heap;
    }

    private static AceLoop loop(BufferPool pool) {
        return pool.engine().loop();
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        return allocate(direct, null, initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return allocate(heap, null, initialCapacity, maxCapacity);
    }

    /** What {@code alloc()} is to answer is looked at where the agent is only. */
    static ByteBuf allocate(BufferPool pool, AbstractByteBufAllocator asked, int initialCapacity, int maxCapacity) {
        boolean isTold = BufferEvents.areAllocationsTold();
        ByteBuf buf = pool.allocate(initialCapacity, maxCapacity);
        if (TakeOver.ON) {
            Asked.of(asked, buf);
        }
        if (isTold) {
            BufferEvents.allocated(buf);
        }
        return buf;
    }

    @Override
    public boolean isDirectBufferPooled() {
        return true;
    }

    @Override
    public AceAllocatorMetric metric() {
        return metric;
    }

    /**
     * What tools call it: in JMX, in JFR, and in the line that was logged when it was made.
     *
     * @return {@code default} for {@link #DEFAULT}, else a number
     */
    public String name() {
        return parts.figures().name();
    }

    /**
     * The figures of direct and heap memory together.
     *
     * @return a snapshot
     */
    public AceStats stats() {
        return stats(parts);
    }

    private static AceStats stats(Parts parts) {
        return parts.metric()
                .directStats()
                .plus(parts.metric().heapStats(), parts.limits().areShared());
    }

    /**
     * Gives back what is free now: the calling thread's caches, those of threads without an event loop or that have
     * ended, and all kept memory. Other event loops do the same at their next task.
     */
    public void trim() {
        parts.figures().trim();
    }

    /**
     * What the control loop has decided and why, in words.
     *
     * @return lines that each end with a line feed
     */
    public String explain() {
        return parts.figures().explain();
    }

    /**
     * Fixes how many free buffers of a size each event loop keeps ready: the control loop leaves that class alone.
     *
     * @param size bytes; all sizes that share its class are meant
     * @param cap buffers, 0 to 16,384
     */
    public void pin(int size, int cap) {
        if (size < 0 || size > SizeClasses.MAX_BLOCK) {
            throw new IllegalArgumentException("size: " + size + " (expected: 0 to " + SizeClasses.MAX_BLOCK + ")");
        }
        loop(direct).pin(SizeClasses.of(size), cap);
        loop(heap).pin(SizeClasses.of(size), cap);
    }

    /**
     * Adds somebody who is told of each request that cannot be served for lack of memory, before the error is thrown, on the
     * requesting thread. Other threads do not wait for it.
     *
     * @param listener what it throws is added to the error as suppressed; it should not allocate buffers, and what fails while it
     *     runs is not told again
     */
    public void onOutOfMemory(Consumer<OutOfMemoryError> listener) {
        limits.direct().onExhausted(listener);
        if (!limits.areShared()) {
            limits.heap().onExhausted(listener);
        }
    }

    /**
     * Walks all memory and holds it against the allocator's laws. For tests and diagnosis: nobody may use the allocator
     * meanwhile.
     *
     * @return what was found wrong, in words; empty if all is well
     */
    public List<String> violations() {
        List<String> violations = new ArrayList<>(direct.engine().violations());
        violations.addAll(heap.engine().violations());
        return violations;
    }

    /**
     * Ends the allocator: further allocations throw {@code IllegalStateException}, on event loops from the moment they have
     * run what this sends them; memory goes back to the system, what is still live as its buffers are released. Logs how
     * much that is. Closing again does nothing more.
     *
     * <p>{@link #DEFAULT} is everybody's and cannot be closed: frameworks that close whatever they were given, as Spring does with
     * its beans, make it give back what is free and keep what it has learned.
     */
    @Override
    public void close() {
        boolean first = closed.compareAndSet(false, true);
        if (isEverybodys()) {
            stayOpen(first);
        } else if (first) {
            end();
        }
    }

    @SuppressWarnings("ReferenceEquality") // identity is the question
    private boolean isEverybodys() {
        return this == DEFAULT;
    }

    private void stayOpen(boolean first) {
        keeper.ifPresent(PolicyKeeper::write);
        trim();
        if (first) {
            LOGGER.info(
                    "AceByteBufAllocator.DEFAULT was asked to close: it is the whole JVM's and stays open; what is free goes back (said"
                            + " once). An allocator of your own, new AceByteBufAllocator(), can be closed");
        }
    }

    private void end() {
        parts.watch().close();
        keeper.ifPresent(PolicyKeeper::end);
        try {
            direct.close();
        } finally {
            heap.close();
        }
        AceStats stats = stats();
        if (stats.liveBytes() > 0) {
            LOGGER.warn(
                    "{} closed with {} bytes still live; they are given back as their buffers are released",
                    this,
                    stats.liveBytes());
        }
    }

    /** A door to what {@code AbstractByteBufAllocator} shows to its subclasses only. */
    static ByteBuf followedByLeakDetector(ByteBuf buf) {
        return toLeakAwareBuffer(buf);
    }
}
