/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.LeakPresenceDetector;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A leak detector that somebody has installed in the place of Netty's is shown every buffer, as Netty's allocators do. */
class CustomLeakDetectorTest {
    private static final int EACH = 20;
    private static final int[] SIZES = {1, 64, 5000, 100_000, (1 << 20) + 1};

    /** So many buffers one round allocates: both kinds, all sizes, on a loop and elsewhere. */
    private static final int ALL = EACH * SIZES.length * Kind.values().length * 2;

    private static int leakAware;

    private static void useBuffers(ByteBufAllocator allocator) {
        try (Loop loop = new Loop()) {
            for (Kind kind : Kind.values()) {
                for (int size : SIZES) {
                    loop.run(() -> useBuffers(allocator, kind, size));
                    useBuffers(allocator, kind, size);
                }
            }
        }
    }

    private static void useBuffers(ByteBufAllocator allocator, Kind kind, int size) {
        for (int i = 0; i < EACH; i++) {
            ByteBuf buf = kind.allocate(allocator, size);
            leakAware += buf.getClass().getName().contains("LeakAware") ? 1 : 0;
            buf.retainedSlice().release();
            buf.release();
        }
    }

    /** The child: Netty's own detector of presence. */
    static final class PresenceChild {
        private PresenceChild() {}

        public static void main(String[] args) {
            ByteBufAllocator allocator = Contestant.valueOf(args[0]).make();
            useBuffers(allocator);
            expectLeak(false);
            for (Kind kind : Kind.values()) {
                for (int size : SIZES) {
                    for (int i = 0; i < EACH; i++) {
                        kind.allocate(allocator, size).retainedSlice();
                        expectLeak(true); // which forgets it
                    }
                }
            }
            System.out.println("all leaks were found");
        }

        private static void expectLeak(boolean expected) {
            try {
                LeakPresenceDetector.check();
                check(!expected, "a leak was not found");
            } catch (IllegalStateException e) {
                check(expected, e.getMessage());
            }
        }

        private static void check(boolean right, String what) {
            if (!right) {
                throw new AssertionError(what);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Contestant.class)
    void nettysDetectorOfPresence(Contestant contestant) {
        assertThat(new ChildJvm()
                        .with("-Dio.netty.customResourceLeakDetector=" + LeakPresenceDetector.class.getName())
                        .run(PresenceChild.class, contestant.name()))
                .contains("all leaks were found");
    }

    /** A detector that is asked about each buffer, and takes none or every second one. */
    private static final class Counting<T> extends ResourceLeakDetector<T> {
        private static final AtomicInteger ASKED = new AtomicInteger();
        private static boolean everySecond;

        Counting(Class<?> type, int interval) {
            super(type, interval);
        }

        @Override
        public ResourceLeakTracker<T> track(T resource) {
            return ASKED.incrementAndGet() % 2 == 0 && everySecond ? trackForcibly(resource) : null;
        }
    }

    /** A factory of somebody's own. */
    private static final class Factory extends ResourceLeakDetectorFactory {
        private final boolean counts;

        Factory(boolean counts) {
            this.counts = counts;
        }

        @Override
        @SuppressWarnings("deprecation") // the one that has to be there
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(Class<T> resource, int interval, long maxActive) {
            return counts ? new Counting<>(resource, interval) : new ResourceLeakDetector<>(resource, 1);
        }
    }

    /** The child: a factory that is set in time, or too late; prints how often its detector was asked, and what it took. */
    static final class FactoryChild {
        private FactoryChild() {}

        public static void main(String[] args) {
            if (args[1].equals("late")) {
                Unpooled.buffer(1).release();
            }
            Counting.everySecond = args[1].equals("half");
            ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new Factory(!args[1].equals("interval")));
            ByteBufAllocator allocator = Contestant.valueOf(args[0]).make();
            useBuffers(allocator);
            Contestant.end(allocator);
            System.out.println("asked " + Counting.ASKED + " taken " + leakAware + ". Ours asks for each: "
                    + CustomLeakDetector.INSTALLED + ".");
        }
    }

    private static String said(Contestant contestant, String how) {
        return new ChildJvm().run(FactoryChild.class, contestant.name(), how);
    }

    @ParameterizedTest
    @EnumSource(Contestant.class)
    void aDetectorOfSomebodysFactory(Contestant contestant) {
        assertThat(said(contestant, "none")).contains("asked " + ALL + " taken 0.");
        assertThat(said(contestant, "half")).contains("asked " + ALL + " taken " + ALL / 2 + ".");
    }

    @ParameterizedTest
    @EnumSource(Contestant.class)
    void nettysDetectorWithAnotherInterval(Contestant contestant) {
        assertThat(said(contestant, "interval")).contains("taken " + ALL + ".");
    }

    /** Netty has its detector since the first buffer, so it stays with that; and so do we. */
    @ParameterizedTest
    @EnumSource(Contestant.class)
    void aFactoryThatComesTooLate(Contestant contestant) {
        assertThat(said(contestant, "late"))
                .contains("asked 0 taken ")
                .doesNotContain("taken " + ALL)
                .contains("Ours asks for each: false.");
    }
}
