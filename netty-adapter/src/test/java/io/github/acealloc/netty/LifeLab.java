/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a scenario leaves behind in a JVM of its own, a while after everything was released: for ACE and for Netty's two. */
final class LifeLab {
    private static final int WARM_UP_MILLIS = 500;
    private static final int SILENCE_MILLIS = 4_000;
    private static final int LONG_SILENCE_MILLIS = 15_000;
    private static final Pattern GROWN = Pattern.compile("^grown (-?\\d+) (-?\\d+) (-?\\d+)", Pattern.MULTILINE);

    /** What grew: bytes of the Java heap in use after collections, resident memory, address space. */
    record Growth(long used, long resident, long addresses) {}

    /** Whose allocators are tried. */
    enum Maker implements Supplier<ByteBufAllocator> {
        ACE {
            @Override
            public ByteBufAllocator get() {
                return new AceByteBufAllocator();
            }
        },
        POOLED {
            @Override
            public ByteBufAllocator get() {
                return new PooledByteBufAllocator(true);
            }
        },
        ADAPTIVE {
            @Override
            public ByteBufAllocator get() {
                return new AdaptiveByteBufAllocator(true);
            }
        }
    }

    /** What is done with them. */
    enum Scenario {
        /** Allocators are used, everything is released, and nobody holds them any more. */
        DROPPED {
            @Override
            Object play(Supplier<ByteBufAllocator> maker, int times) {
                for (int i = 0; i < times; i++) {
                    use(maker.get());
                }
                return null;
            }
        },
        /** The same on an event loop that lives on. */
        DROPPED_BY_A_LOOP {
            @Override
            Object play(Supplier<ByteBufAllocator> maker, int times) {
                Loop loop = new Loop();
                for (int i = 0; i < times; i++) {
                    loop.run(() -> use(maker.get()));
                }
                return loop;
            }
        },
        /** Many event loops at once use one allocator, and end. */
        LOOPS {
            @Override
            Object play(Supplier<ByteBufAllocator> maker, int times) {
                ByteBufAllocator allocator = maker.get();
                List<Loop> loops = new ArrayList<>();
                for (int i = 0; i < times; i++) {
                    Loop loop = new Loop();
                    loop.run(() -> allocator.directBuffer(100).release());
                    loops.add(loop);
                }
                loops.forEach(Loop::close);
                return allocator;
            }
        },
        /** Of many small buffers a few live on, wide apart. */
        SPARSE {
            @Override
            Object play(Supplier<ByteBufAllocator> maker, int times) {
                ByteBufAllocator allocator = maker.get();
                List<ByteBuf> all = new ArrayList<>();
                for (int i = 0; i < times; i++) {
                    all.add(allocator.directBuffer(64));
                }
                List<ByteBuf> live = new ArrayList<>();
                for (int i = 0; i < times; i++) {
                    if (i % 256 == 0) {
                        live.add(all.get(i));
                    } else {
                        all.get(i).release();
                    }
                }
                return live;
            }

            // What half a million buffers leave goes step by step after the purge delay: 6 s where six share a
            // processor.
            @Override
            int silenceMillis() {
                return LONG_SILENCE_MILLIS;
            }
        };

        /** Returns what is still held. */
        abstract Object play(Supplier<ByteBufAllocator> maker, int times);

        /** How long nothing is done before what stayed is measured. */
        int silenceMillis() {
            return SILENCE_MILLIS;
        }

        private static void use(ByteBufAllocator allocator) {
            List<ByteBuf> live = new ArrayList<>();
            for (int size : new int[] {100, 1000, 10_000, 100_000, 1 << 20}) {
                live.add(allocator.directBuffer(size).writeZero(size));
            }
            live.forEach(ByteBuf::release);
        }
    }

    private LifeLab() {}

    /** Runs a scenario in a child for each allocator. */
    static Map<Maker, Growth> run(Scenario scenario, int times, String... options) {
        Map<Maker, Growth> growth = new ConcurrentHashMap<>();
        Stream.of(Maker.values()).parallel().forEach(maker -> growth.put(maker, run(scenario, maker, times, options)));
        System.out.println(scenario + " x " + times + ": " + growth);
        return growth;
    }

    private static Growth run(Scenario scenario, Maker maker, int times, String... options) {
        String said = new ChildJvm()
                .with(options)
                .withVariable("MALLOC_MMAP_THRESHOLD_", "131072") // or glibc keeps what Java 17 gives back
                .run(Child.class, scenario.name(), maker.name(), Integer.toString(times));
        Matcher figures = GROWN.matcher(said);
        if (!figures.find()) {
            throw new AssertionError(said);
        }
        return new Growth(
                Long.parseLong(figures.group(1)), Long.parseLong(figures.group(2)), Long.parseLong(figures.group(3)));
    }

    /** The child. */
    static final class Child {
        private static volatile Object held;

        public static void main(String[] args) throws InterruptedException, IOException {
            Scenario scenario = Scenario.valueOf(args[0]);
            Maker maker = Maker.valueOf(args[1]);
            held = scenario.play(maker, 8);
            Growth before = measure(WARM_UP_MILLIS);
            held = scenario.play(maker, Integer.parseInt(args[2]));
            Growth after = measure(scenario.silenceMillis());
            System.out.println("grown " + (after.used - before.used) + " " + (after.resident - before.resident) + " "
                    + (after.addresses - before.addresses));
            Runtime.getRuntime().halt(held == maker ? 1 : 0);
        }

        private static Growth measure(int millis) throws InterruptedException, IOException {
            for (int i = 0; i < 10; i++) {
                System.gc();
                Thread.sleep(millis / 10);
            }
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            return new Growth(runtime.totalMemory() - runtime.freeMemory(), status("VmRSS"), status("VmSize"));
        }

        private static long status(String name) throws IOException {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith(name)) {
                    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
            throw new IllegalStateException(name);
        }
    }
}
