/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The sources of memory, held to what {@link OsMemory} promises. */
class MemorySourcesTest {
    private final OsMemory direct = OsMemory.direct();
    private final HeapMemory heap = new HeapMemory();

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 4095, 4096, 4097, 2 << 20, (2 << 20) + 1})
    void directRegionsHaveExactlyTheSizeAskedForAndBeginOnACacheLine(int bytes) {
        List<Region> regions = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Region region = direct.reserve(bytes);
            regions.add(region);
            assertThat(region.bytes()).isEqualTo(bytes);
            assertThat(region.array()).isNull();
            assertThat(region.buffer().isDirect()).isTrue();
            assertThat(region.buffer().capacity()).isEqualTo(bytes);
            assertThat(region.buffer().alignmentOffset(0, OsMemory.ALIGNMENT)).isZero();
            assertThat(region.address() % OsMemory.ALIGNMENT).isZero();
            region.buffer().put(0, (byte) i).put(bytes - 1, (byte) i);
        }
        for (int i = 0; i < regions.size(); i++) {
            assertThat(regions.get(i).buffer().get(0)).isEqualTo((byte) i);
            direct.release(regions.get(i));
        }
    }

    @Test
    void eachSaysWhatItIs() {
        assertThat(heap.source()).isEqualTo("byte[]");
        assertThat(new DirectMemory().source()).isEqualTo("direct buffers of the JDK");
        assertThat(direct.source())
                .isIn(
                        Runtime.version().feature() < 22
                                ? List.of("malloc", "direct buffers of the JDK")
                                : List.of("mmap", "arenas of the JDK"));
    }

    @ParameterizedTest
    @CsvSource({
        "amd64, /nowhere, 4096",
        "x86_64, /nowhere, 4096",
        "aarch64, /proc/self/auxv, 4096",
        "aarch64, /nowhere, -1"
    })
    @EnabledForJreRange(min = JRE.JAVA_22)
    void mappedMemoryKnowsHowLargePagesAre(String processor, Path toldAtStart, int bytes) throws Exception {
        Method of =
                Class.forName("io.github.acealloc.os.ffm.PageSize").getDeclaredMethod("of", String.class, Path.class);
        of.setAccessible(true);
        assertThat(of.invoke(null, processor, toldAtStart)).isEqualTo(bytes);
    }

    @Test
    void heapRegionsAreArrays() {
        Region region = heap.reserve(100);
        assertThat(region.buffer()).isNull();
        assertThat(region.array()).hasSize(100);
        assertThat(region.bytes()).isEqualTo(100);
        assertThat(region.address()).isZero();
        heap.release(region);
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_23)
    void directBuffersAreGivenBackAtOnce() {
        DirectMemory buffers = new DirectMemory();
        long before = directBytes();
        Region region = buffers.reserve(64 << 20);
        assertThat(directBytes() - before).isGreaterThanOrEqualTo(64 << 20);
        buffers.release(region);
        assertThat(directBytes() - before).isLessThan(64 << 20);
    }

    private static long directBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_24)
    void arenasAreGivenBackAtOnce() throws ReflectiveOperationException {
        OsMemory arenas = newSource("ArenaMemory");
        Region region = arenas.reserve(4096);
        assertThat(region.address()).isNotZero();
        arenas.release(region);
        assertThatThrownBy(() -> region.buffer().get(0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_24)
    void nativeMemoryIsTakenWhereItIsAllowed() throws ReflectiveOperationException, IOException {
        assertThat(direct.getClass()).isSameAs(newSource("FfmMemory").getClass());
        Region region = direct.reserve(64 << 20);
        for (int i = 0; i < region.bytes(); i += OsMemory.PAGE) {
            assertThat(region.buffer().get(i)).isZero();
            region.buffer().put(i, (byte) 1);
        }
        long end = region.address() + region.bytes();
        assertThat(isMapped(region.address())).isTrue();
        assertThat(isMapped(end - 1)).isTrue();
        direct.release(region);
        assertThat(isMapped(region.address())).isFalse();
        assertThat(isMapped(end - 1)).isFalse();
    }

    /** On Java 17 to 21 by {@code malloc}. Else every block of whole pages would end where an untouched page begins, which is slow to copy from. */
    @Test
    void nativeMemoryBeginsOneCacheLineIntoAPage() {
        Region region = direct.reserve(2 << 20);
        assertThat(region.address() % OsMemory.PAGE).isEqualTo(OsMemory.ALIGNMENT);
        direct.release(region);
    }

    private static OsMemory newSource(String name) throws ReflectiveOperationException {
        Class<?> source = Class.forName("io.github.acealloc.os.ffm." + name);
        return source.asSubclass(OsMemory.class).getConstructor().newInstance();
    }

    private static boolean isMapped(long address) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/maps")).stream()
                .map(line -> line.split("[- ]", 3))
                .anyMatch(range -> Long.parseUnsignedLong(range[0], 16) <= address
                        && address < Long.parseUnsignedLong(range[1], 16));
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MAX_VALUE, Integer.MAX_VALUE - OsMemory.ALIGNMENT + 2})
    void aSizeThatNoDirectBufferCanHaveIsRefusedAsTooMuchMemoryIs(int bytes) {
        assertThatThrownBy(() -> new DirectMemory().reserve(bytes)).isInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void sourcesThatCannotPurgeSaySoAndLeaveTheMemoryAsItIs() {
        assertThat(heap.purge(heap.reserve(100), 0, 100)).isFalse();
        DirectMemory buffers = new DirectMemory();
        Region region = buffers.reserve(4096);
        region.buffer().put(0, (byte) 42);
        assertThat(buffers.purge(region, 0, region.bytes())).isFalse();
        assertThat(region.buffer().get(0)).isEqualTo((byte) 42);
    }

    @Test
    void aRegionGoesBackToItsOwnSource() {
        Region region = direct.reserve(4096);
        assertThatThrownBy(() -> heap.release(region))
                .isInstanceOf(AssertionError.class)
                .hasMessage("a direct region was released to the Java heap's source");
        direct.release(region);
    }

    @Test
    void theKindsTellThemselvesApart() {
        assertThat(direct.isDirect()).isTrue();
        assertThat(heap.isDirect()).isFalse();
    }
}
