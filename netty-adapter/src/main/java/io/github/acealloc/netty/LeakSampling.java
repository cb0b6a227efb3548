/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.heap.HotCache;
import io.github.acealloc.heap.SampleDice;
import io.github.acealloc.heap.ThreadHeap;
import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import io.netty.util.internal.SystemPropertyUtil;

/**
 * Decides which sampled allocations Netty's leak detector follows, and of which the lifetime is measured.
 *
 * <p>Where the user has said nothing about leak detection, samples (about one in 128 allocations, Netty's own rate) are
 * followed until a limit per second and heap is reached: at high rates a full stack trace for every 128th allocation
 * would cost several times what the allocation does, and finds no more. A level or interval that the user has set, by
 * property, or by {@code ResourceLeakDetector.setLevel} to anything but the default, is obeyed to the letter: each
 * allocation draws its lot. Where somebody has installed a detector of his own, each allocation goes to that
 * ({@link CustomLeakDetector}), which does what it likes.
 *
 * <p>Owner only, through the heap that is passed in.
 */
final class LeakSampling {
    private static final String PREFIX = "io.netty.leakDetection";
    private static final String[] PROPERTIES = {
        PREFIX + ".level", PREFIX + ".samplingInterval", PREFIX + "Level", "io.netty.noResourceLeakDetection"
    };

    /** Netty's own, for which one allocation in so many is followed. */
    static final int INTERVAL = Math.max(SystemPropertyUtil.getInt(PREFIX + ".samplingInterval", 128), 1);

    private static final Level NETTYS_DEFAULT = Level.SIMPLE;
    private static final boolean SET_AT_START = isAnySet();
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** Picked for leak detection. */
    private static final int FOLLOWED = 1;

    /** Picked for its lifetime. */
    private static final int MEASURED = 2;

    private final long nanosBetween;
    private final SampleDice hugeDice = new SampleDice();

    /** Follows at most so many buffers a second and heap where the user has set nothing; 0 follows none. */
    LeakSampling(int trackedPerSecond) {
        nanosBetween = trackedPerSecond == 0 ? Long.MAX_VALUE : NANOS_PER_SECOND / trackedPerSecond;
    }

    private static boolean isAnySet() {
        for (String property : PROPERTIES) {
            if (SystemPropertyUtil.contains(property)) {
                return true;
            }
        }
        return false;
    }

    /** A constant, one read and one comparison on the fast path, so that switching to PARANOID takes effect at once. */
    static boolean isEachAllocationTracked() {
        return CustomLeakDetector.INSTALLED || ResourceLeakDetector.getLevel() == Level.PARANOID;
    }

    /** Decides about a sampled allocation, and when the next sample of its class is due; returns what it is picked for. */
    int picks(ThreadHeap heap, HotCache cache) {
        Level level = ResourceLeakDetector.getLevel();
        if (isByTheLetter(level)) {
            cache.sampleEach();
        } else {
            cache.restartSampling();
        }
        return (isPicked(level, heap.dice()) ? FOLLOWED : 0)
                | (cache.isLifetimeDue(heap.knobs().lifetimeBytes()) ? MEASURED : 0);
    }

    /** Decides about a huge allocation, each of which is a sample; for any thread. */
    int picksHuge() {
        synchronized (hugeDice) {
            return isPicked(ResourceLeakDetector.getLevel(), hugeDice) ? FOLLOWED : 0;
        }
    }

    private static boolean isByTheLetter(Level level) {
        return CustomLeakDetector.INSTALLED || (level != Level.DISABLED && (SET_AT_START || level != NETTYS_DEFAULT));
    }

    private boolean isPicked(Level level, SampleDice dice) {
        if (CustomLeakDetector.INSTALLED) {
            return true;
        }
        if (isByTheLetter(level)) {
            return level == Level.PARANOID || dice.roll(INTERVAL) == 0;
        }
        return level != Level.DISABLED && dice.isDue(nanosBetween);
    }

    /**
     * Hands out a buffer: as a handle that the leak detector follows if it was picked for that, as it is if not. So short
     * that it is inlined although samples are rare: where it was not, the code around it was half as fast again in some JVMs.
     */
    static ByteBuf handOut(AceByteBuf buf, int picked, int size, int maxCapacity) {
        if (picked != 0) {
            return handOutPicked(buf, picked, size, maxCapacity);
        }
        buf.reuse(size, maxCapacity);
        return buf;
    }

    private static ByteBuf handOutPicked(AceByteBuf buf, int picked, int size, int maxCapacity) {
        try {
            boolean followed = (picked & FOLLOWED) != 0;
            AceByteBuf given = followed ? buf.newHandle() : buf;
            given.reuse(size, maxCapacity);
            if ((picked & MEASURED) != 0) {
                given.sample();
            }
            return followed ? follow(given) : given;
        } catch (Throwable e) {
            buf.goHomeUnused(); // no memory for a handle, or a listener of leak reports has thrown
            throw e;
        }
    }

    /**
     * Has Netty's own detector follow a handle, so that its listeners, levels and reports are the ones the user knows.
     * The detector draws lots of its own and cannot be told; it is asked until it takes the handle, which on average
     * costs what it would have cost to ask it on each allocation. A detector of somebody's own is asked once.
     */
    @SuppressWarnings("ReferenceEquality") // the detector answers with the same object or with a wrapper of it
    private static ByteBuf follow(AceByteBuf handle) {
        if (CustomLeakDetector.INSTALLED) {
            return AceByteBufAllocator.followedByLeakDetector(handle);
        }
        for (long tries = 64L * INTERVAL; tries > 0 && ResourceLeakDetector.isEnabled(); tries--) {
            ByteBuf followed = AceByteBufAllocator.followedByLeakDetector(handle);
            if (followed != handle) {
                return followed;
            }
        }
        return handle;
    }
}
