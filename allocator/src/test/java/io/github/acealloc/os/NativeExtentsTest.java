/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.slab.Superslab;
import io.github.acealloc.slab.SuperslabStore;
import io.github.acealloc.testing.ChildJvm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;

/** Many superslabs in few mappings: what the system tells of a process of their own. */
@EnabledForJreRange(min = JRE.JAVA_24)
@EnabledOnOs(OS.LINUX)
class NativeExtentsTest {
    private static final int MIB = 1 << 20;
    private static final int SUPERSLAB = Superslab.bytes(true);

    private static String run(Class<?> child) {
        return inChild().run(child);
    }

    private static ChildJvm inChild() {
        return new ChildJvm().with("--enable-native-access=ALL-UNNAMED", "-XX:CompressedClassSpaceSize=32m");
    }

    private static List<Region> reserve(OsMemory memory, int count) {
        List<Region> regions = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            regions.add(memory.reserve(SUPERSLAB));
        }
        return regions;
    }

    private static int mappings() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).size();
    }

    private static long status(String name) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith(name + ":")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new IOException("/proc/self/status has no " + name);
    }

    /** Of the mapping that an address lies in; exact, which the process's own figure is not. */
    private static long residentAt(long address) throws IOException {
        boolean here = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                String[] range = line.split("[- ]", 3);
                here = Long.parseUnsignedLong(range[0], 16) <= address
                        && address < Long.parseUnsignedLong(range[1], 16);
            } else if (here && line.startsWith("Rss:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new IOException("nothing is mapped at 0x" + Long.toHexString(address));
    }

    private static void expect(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    @Test
    void sixtyFourGibibytesTakeFewMappingsAlsoWithHoles() {
        assertThat(run(ManyChild.class)).contains("done");
    }

    /** The child: reserves 32,768 superslabs from two sources, releases half of them anywhere, and then the rest. */
    static final class ManyChild {
        public static void main(String[] args) throws IOException {
            OsMemory one = OsMemory.direct();
            OsMemory other = OsMemory.direct();
            int before = mappings();
            long resident = status("VmRSS");
            long addresses = status("VmSize");
            List<Region> regions = reserve(one, 16_384);
            regions.addAll(reserve(other, 16_384));
            expect(mappings() - before <= 300, "mappings: " + (mappings() - before));
            expect(status("VmRSS") - resident < 32 * MIB, "resident: " + (status("VmRSS") - resident));
            Collections.shuffle(regions, new Random(1));
            regions.subList(0, 16_384).forEach(one::release);
            expect(mappings() - before <= 300, "with holes: " + (mappings() - before));
            regions.subList(16_384, 32_768).forEach(other::release);
            expect(status("VmSize") - addresses < 64 * MIB, "addresses: " + (status("VmSize") - addresses));
            System.out.println("done");
        }
    }

    @Test
    void superslabsOfAStoreLieThere() {
        assertThat(run(StoreChild.class)).contains("done");
    }

    /** The child: as heaps get them, and give every other one back. */
    static final class StoreChild {
        public static void main(String[] args) throws IOException {
            SuperslabStore store = new SuperslabStore(OsMemory.direct(), new MemoryBudget(1L << 40), () -> {}, false);
            int before = mappings();
            List<Superslab> superslabs = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                superslabs.add(store.tryAcquire(1, 0));
            }
            for (int i = 0; i < 1000; i += 2) {
                store.release(superslabs.get(i), 0);
            }
            store.trim();
            expect(mappings() - before <= 30, "mappings: " + (mappings() - before));
            for (int i = 1; i < 1000; i += 2) {
                store.release(superslabs.get(i), 0);
            }
            store.trim();
            System.out.println("done");
        }
    }

    @Test
    void neighboursKeepWhatTheyHoldAndPagesGoBack() {
        assertThat(run(NeighboursChild.class)).contains("done");
    }

    /** The child: fills three neighbours, purges and releases the middle one, and looks at the others' edges. */
    static final class NeighboursChild {
        public static void main(String[] args) throws IOException {
            OsMemory memory = OsMemory.direct();
            List<Region> regions = reserve(memory, 3);
            expect(regions.get(1).address() - regions.get(0).address() == (2 << 20) + OsMemory.PAGE, "no neighbours");
            regions.forEach(NeighboursChild::fill);
            Region middle = regions.get(1);
            long full = residentAt(middle.address());
            expect(memory.purge(middle, 0, middle.bytes()), "not purged");
            long purged = full - residentAt(middle.address());
            expect(purged >= 2 * MIB - 2 * OsMemory.PAGE, "by the purge " + purged);
            expectFull(regions.get(0));
            expectFull(regions.get(2));
            fill(middle);
            full = residentAt(middle.address());
            memory.release(middle);
            long released = full - residentAt(middle.address());
            expect(released >= 2 * MIB - 2 * OsMemory.PAGE, "by the release " + released);
            expectFull(regions.get(0));
            expectFull(regions.get(2));
            Region again = memory.reserve(SUPERSLAB);
            expect(again.address() == middle.address(), "another slot");
            fill(again);
            memory.release(regions.get(0));
            memory.release(regions.get(2));
            expectFull(again);
            memory.release(again);
            System.out.println("done");
        }

        private static void fill(Region region) {
            ByteBuffer buffer = region.buffer();
            for (int at = 0; at < region.bytes(); at++) {
                buffer.put(at, (byte) 7);
            }
        }

        private static void expectFull(Region region) {
            for (int at = 0; at < region.bytes(); at++) {
                expect(region.buffer().get(at) == 7, "lost at " + at);
            }
        }
    }

    /** Of what the limit leaves, extents take all but less than a superslab's worth, and the JVM lives on. */
    @Test
    void whereTheAddressSpaceIsLimitedSmallerExtentsServe() {
        assertThat(inChild().withAddressSpace(4L << 20).run(LimitChild.class))
                .contains("mmap of ")
                .contains(" bytes was refused by the system (errno: 12)")
                .contains("and again: true");
    }

    /** The child: reserves until it is refused, gives all back, and does it again. */
    static final class LimitChild {
        public static void main(String[] args) throws IOException {
            OsMemory memory = OsMemory.direct();
            long left = (4L << 30) - status("VmSize");
            int first = fill(memory);
            int second = fill(memory);
            System.out.println(first + " and " + second + " of " + (left / SUPERSLAB) + " and again: "
                    + (first > 100 && Math.abs(first - left / SUPERSLAB) <= 4 && Math.abs(second - first) <= 4));
        }

        private static int fill(OsMemory memory) {
            List<Region> regions = new ArrayList<>();
            try {
                while (regions.size() < 10_000) {
                    regions.add(memory.reserve(SUPERSLAB));
                }
            } catch (OutOfMemoryError e) {
                System.out.println(e.getMessage());
            }
            regions.forEach(memory::release);
            return regions.size();
        }
    }
}
