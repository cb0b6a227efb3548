/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.github.acealloc.testing.ChildJvm;
import io.github.acealloc.testing.LogLines;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory from the system's own calls: what it does to the process, as the system tells it. */
@EnabledOnOs(OS.LINUX)
class NativeMemoryTest {
    private static final int MIB = 1 << 20;
    private static final int SUPERSLAB = 2 * MIB + 4032;
    private static final int LARGE = 64 * MIB;
    private static final int SLACK = 24 * MIB;

    /** Java 17 to 21: memory comes from {@code malloc}. */
    private static final boolean MALLOC = Runtime.version().feature() < 22;

    private final OsMemory memory = OsMemory.direct();
    private final List<Region> regions = new ArrayList<>();

    private Region reserve(int bytes) {
        Region region = memory.reserve(bytes);
        regions.add(region);
        return region;
    }

    @AfterEach
    void giveBack() {
        regions.forEach(memory::release);
    }

    /** A figure of {@code /proc/self/status}, in bytes. */
    private static long status(String name) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith(name + ":")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new IOException("/proc/self/status has no " + name);
    }

    private static void touch(Region region) {
        ByteBuffer buffer = region.buffer();
        for (int at = 0; at < region.bytes(); at += OsMemory.PAGE) {
            buffer.put(at, (byte) 1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4032, 4033, SUPERSLAB - 1, SUPERSLAB, SUPERSLAB + 1})
    void regionsOfAnySizeBeginOneCacheLineIntoAPage(int bytes) {
        for (int i = 0; i < 3; i++) {
            Region region = reserve(bytes);
            assertThat(region.address() % OsMemory.PAGE).isEqualTo(OsMemory.ALIGNMENT);
            assertThat(region.bytes()).isEqualTo(bytes);
            assertThat(region.buffer().capacity()).isEqualTo(bytes);
            region.buffer().put(0, (byte) 1).put(bytes - 1, (byte) 2);
        }
    }

    @Test
    void untouchedMemoryTakesNoPages() throws IOException {
        long before = status("VmRSS");
        reserve(LARGE);
        assertThat(status("VmRSS") - before).isLessThan(SLACK);
    }

    @Test
    void purgingGivesThePagesBackAndKeepsTheAddresses() throws IOException {
        Region region = reserve(LARGE);
        Region neighbour = reserve(SUPERSLAB);
        touch(neighbour);
        // Once, and not in each round: where the system has no page of zeros to share, reading takes pages as well.
        long before = status("VmRSS");
        for (int round = 0; round < 3; round++) {
            touch(region);
            assertThat(status("VmRSS") - before).as("touched").isGreaterThan(LARGE - SLACK);
            assertThat(memory.purge(region, 0, region.bytes())).isTrue();
            assertThat(status("VmRSS") - before).as("purged").isLessThan(SLACK);
            for (int at = 0; at < region.bytes(); at += OsMemory.PAGE) {
                if (region.buffer().get(at) != 0) {
                    assertThat(at).as("place of what was not lost").isNegative();
                }
            }
        }
        assertThat(neighbour.buffer().get(0)).isEqualTo((byte) 1);
        assertThat(neighbour.buffer().get(neighbour.bytes() - 1 - (neighbour.bytes() - 1) % OsMemory.PAGE))
                .isEqualTo((byte) 1);
    }

    /** Purges a part of a region that is full, and checks that the whole pages in it are lost and nothing else. */
    private void expectPurged(Region region, int from, int bytes, int lostFrom, int lostTo) {
        ByteBuffer buffer = region.buffer();
        byte[] full = new byte[region.bytes()];
        Arrays.fill(full, (byte) 7);
        buffer.put(0, full);
        assertThat(memory.purge(region, from, bytes)).isTrue();
        Arrays.fill(full, lostFrom, lostTo, (byte) 0);
        byte[] found = new byte[region.bytes()];
        buffer.get(0, found);
        assertThat(Arrays.mismatch(found, full))
                .as("the first wrong byte after purging " + bytes + " from " + from)
                .isEqualTo(-1);
    }

    @Test
    void ofAPartTheWholePagesGo() {
        Region region = reserve(SUPERSLAB);
        Region neighbour = reserve(SUPERSLAB);
        touch(neighbour);
        int page = OsMemory.PAGE;
        int second = page - OsMemory.ALIGNMENT; // where the second page begins
        expectPurged(region, second, page, second, second + page);
        expectPurged(region, second, 3 * page + 17, second, second + 3 * page);
        expectPurged(region, second - 1, 2 * page, second, second + page);
        expectPurged(region, second + 1, 2 * page, second + page, second + 2 * page);
        expectPurged(region, MIB + 100, MIB / 2, MIB + page - OsMemory.ALIGNMENT, MIB + MIB / 2 - OsMemory.ALIGNMENT);
        expectPurged(region, 0, second, 0, second);
        expectPurged(region, 0, page, 0, second);
        int last = SUPERSLAB - page; // where the last page begins
        expectPurged(region, last, page, last, SUPERSLAB);
        expectPurged(region, last - 100, page + 100, last, SUPERSLAB);
        expectPurged(region, 1, SUPERSLAB - 2, second, last);
        assertThat(neighbour.buffer().get(0)).isEqualTo((byte) 1);
        assertThat(neighbour.buffer().get(page)).isEqualTo((byte) 1);
    }

    @Test
    void aPartWithoutAWholePageLosesNothing() {
        Region region = reserve(SUPERSLAB);
        int page = OsMemory.PAGE;
        int second = page - OsMemory.ALIGNMENT;
        expectPurged(region, second, page - 1, 0, 0);
        expectPurged(region, second + 1, page - 1, 0, 0);
        expectPurged(region, second + 1, 2 * page - 2, 0, 0);
        expectPurged(region, second - 5, 10, 0, 0);
        expectPurged(region, 0, 1, 0, 0);
        expectPurged(region, 1, second - 1, 0, 0);
        expectPurged(region, SUPERSLAB - page + 1, page - 1, 0, 0);
    }

    @Test
    void purgingAPartGivesItsPagesBack() throws IOException {
        Region region = reserve(LARGE);
        touch(region);
        int part = LARGE - 8 * MIB;
        long before = status("VmRSS");
        assertThat(memory.purge(region, 4 * MIB, part)).isTrue();
        assertThat(before - status("VmRSS")).isBetween((long) part - SLACK, (long) part + SLACK);
        assertThat(region.buffer().get(4 * MIB - OsMemory.PAGE)).isEqualTo((byte) 1);
        assertThat(region.buffer().get(LARGE - 4 * MIB)).isEqualTo((byte) 1);
    }

    @Test
    void releasingGivesThePagesBack() throws IOException {
        long before = status("VmRSS");
        Region region = memory.reserve(LARGE);
        touch(region);
        assertThat(status("VmRSS") - before).isGreaterThan(LARGE - SLACK);
        memory.release(region);
        assertThat(status("VmRSS") - before).isLessThan(SLACK);
    }

    /** A region that the system cannot know: calls with it fail. */
    private static Region unmapped(long page) {
        return Region.direct(ByteBuffer.allocateDirect(4032), null, page + OsMemory.ALIGNMENT);
    }

    @Test
    void aPurgeThatTheSystemRefusesIsToldAndExplainedOnce() {
        OsMemory fresh = OsMemory.direct(); // one that has logged nothing yet
        try (LogLines log = new LogLines(memory.getClass())) {
            assertThat(fresh.purge(unmapped(12345), 0, unmapped(12345).bytes()))
                    .as("not aligned to a page")
                    .isFalse();
            assertThat(fresh.purge(
                            unmapped(OsMemory.PAGE), 0, unmapped(OsMemory.PAGE).bytes()))
                    .as("nothing is mapped there")
                    .isFalse();
            assertThat(log.messages())
                    .singleElement(STRING)
                    .startsWith("the system refused to take back 4096 bytes of free pages")
                    .contains(MALLOC ? "madvise" : "by madvise (errno: 22)");
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_24)
    void aReleaseThatTheSystemRefusesIsAnErrorThatSaysWhy() {
        assertThatThrownBy(() -> memory.release(unmapped(12345)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("munmap of 4096 bytes at 0x3039 was refused by the system (errno: 22)");
    }

    @Test
    void whereTheAddressSpaceIsLimitedRefusalIsAnOutOfMemoryErrorAndReleasingHelps() {
        ChildJvm child = new ChildJvm().with("-XX:CompressedClassSpaceSize=32m").withAddressSpace(4L << 20);
        if (!MALLOC) {
            child.with("--enable-native-access=ALL-UNNAMED");
        }
        assertThat(child.run(ExhaustionChild.class))
                .contains(MALLOC ? "malloc of " : "mmap of ")
                .contains(" bytes was refused by the system" + (MALLOC ? "" : " (errno: 12)"))
                .contains("and again: true");
    }

    /** The child: reserves until it is refused, gives all back, and does it again. */
    static final class ExhaustionChild {
        public static void main(String[] args) {
            OsMemory memory = OsMemory.direct();
            int first = fill(memory);
            int second = fill(memory);
            System.out.println("and again: " + (first > 10 && Math.abs(second - first) <= 2));
        }

        private static int fill(OsMemory memory) {
            List<Region> regions = new ArrayList<>();
            try {
                while (regions.size() < 1000) {
                    regions.add(memory.reserve(32 * MIB));
                }
            } catch (OutOfMemoryError e) {
                System.out.println(e.getMessage());
            }
            regions.forEach(memory::release);
            return regions.size();
        }
    }
}
