/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import io.github.acealloc.slab.HugeRegions;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Superslab;
import io.github.acealloc.testing.FaultyMemory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory by address: what it is good for, and each way of misusing it. */
class RawAllocatorTest {
    private static final int KIB = 1 << 10;
    private static final int HUGE = 3 << 20;
    private static final int RECORDS = Superslab.UNITS * Superslab.UNIT_BYTES;
    private static final long LIMIT = 64L << 20;

    private final RawRig rig = new RawRig(LIMIT);
    private final FaultyMemory memory = rig.memory;
    private final RawAllocator raw = rig.raw;
    private final List<Long> live = new ArrayList<>();

    @AfterEach
    void everythingGoesBack() {
        live.forEach(raw::free);
        assertThat(raw.violations()).isEmpty();
        assertThat(raw.stats().liveBytes()).isZero();
        raw.close();
        await().untilAsserted(() -> assertThat(memory.reservedBytes()).isZero());
        assertThat(raw.stats().committedBytes()).isZero();
    }

    private long allocate(int size) {
        long address = raw.allocate(size);
        live.add(address);
        return address;
    }

    private void free(long address) {
        live.remove(address);
        raw.free(address);
    }

    private static String hex(long address) {
        return "address: 0x" + Long.toHexString(address);
    }

    /** What free and usableSize say to an address; neither may change anything. */
    private AbstractThrowableAssert<?, ?> refused(long address, Class<? extends RuntimeException> type) {
        long before = raw.stats().liveBytes();
        assertThatThrownBy(() -> raw.usableSize(address))
                .isExactlyInstanceOf(type)
                .hasMessageStartingWith(hex(address) + " ")
                .hasMessageContaining("found: ");
        AbstractThrowableAssert<?, ?> thrown = assertThatThrownBy(() -> raw.free(address))
                .isExactlyInstanceOf(type)
                .hasMessageStartingWith(hex(address) + " ")
                .hasMessageContaining("found: ");
        assertThat(raw.stats().liveBytes())
                .as("live after refusing " + hex(address))
                .isEqualTo(before);
        assertThat(raw.violations()).isEmpty();
        return thrown;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 17, 100, 1000, 4096, 5000, 65536, 100_000, 1 << 20, (1 << 20) + 1, 5_000_000})
    void givesMemoryThatCanBeWrittenAllOver(int size) {
        for (int i = 0; i < 5; i++) {
            long address = allocate(size);
            assertThat(address % 16).as("alignment of " + hex(address)).isZero();
            int usable = Math.toIntExact(raw.usableSize(address));
            assertThat(usable).isGreaterThanOrEqualTo(Math.max(size, 16));
            ByteBuffer all = memory.at(address, usable);
            while (all.hasRemaining()) {
                all.put((byte) i);
            }
        }
        for (int i = 0; i < 5; i++) {
            ByteBuffer all = memory.at(live.get(i), Math.toIntExact(raw.usableSize(live.get(i))));
            while (all.hasRemaining()) {
                if (all.get() != i) {
                    throw new AssertionError("block " + i + " was overwritten at " + (all.position() - 1));
                }
            }
        }
        assertThat(raw.violations()).isEmpty();
    }

    @Test
    void theUsableSizeIsThatOfTheClassOrOfWholePages() {
        assertThat(raw.usableSize(allocate(0))).isEqualTo(16);
        assertThat(raw.usableSize(allocate(100))).isEqualTo(112);
        assertThat(raw.usableSize(allocate(1 << 20))).isEqualTo(1 << 20);
        assertThat(raw.usableSize(allocate(HUGE))).isEqualTo(HUGE);
        assertThat(raw.usableSize(allocate(HUGE + 1))).isEqualTo(HUGE + OsMemory.PAGE);
    }

    @Test
    void whatWasFreedServesAgain() {
        for (int size : new int[] {100, 5000, HUGE}) {
            long address = allocate(size);
            free(address);
            assertThat(allocate(size)).isEqualTo(address);
            free(address);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, -16, Integer.MIN_VALUE})
    void aNegativeSizeIsRefused(int size) {
        assertThatThrownBy(() -> raw.allocate(size))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("size: " + size + " (expected: >= 0)");
        assertThat(memory.requests()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1000, 65536, 1 << 20, HUGE})
    void aSecondFreeIsRefused(int size) {
        long address = allocate(size);
        allocate(size);
        free(address);
        refused(address, IllegalStateException.class).hasMessageContaining("is not allocated (found: a");
        assertThatThrownBy(() -> raw.free(address))
                .hasMessageContaining("that is free already)")
                .hasMessageContaining(" of slab(");
    }

    @Test
    void aSecondFreeIsRefusedWhenTheSlabIsGone() {
        allocate(100_000);
        long address = allocate(KIB);
        free(address);
        raw.trim();
        refused(address, IllegalStateException.class)
                .hasMessage(hex(address) + " is not allocated (found: a part of a superslab that holds no blocks)");
    }

    @ParameterizedTest
    @ValueSource(ints = {KIB, HUGE})
    void aSecondFreeIsRefusedWhenTheMemoryIsGone(int size) {
        long address = allocate(size);
        free(address);
        raw.trim();
        assertThat(raw.stats().committedBytes()).isZero();
        refused(address, IllegalArgumentException.class)
                .hasMessage(hex(address) + " (expected: from allocate of this allocator;"
                        + " found: no superslab of it there, and no huge block that begins there)");
    }

    @Test
    void aBlockThatWasNeverHandedOutIsRefused() {
        long address = allocate(KIB);
        long slab = superslabOf(address);
        refused(slab + 60 * KIB, IllegalStateException.class)
                .hasMessageStartingWith(hex(slab + 60 * KIB) + " is not allocated (found: block 60 of slab(")
                .hasMessageEndingWith(", which is free)");
        assertThat(address).as("fetched in a batch, of which it was the last").isNotEqualTo(slab);
        refused(slab, IllegalStateException.class).hasMessageContaining("that is free already)");
    }

    @ParameterizedTest
    @ValueSource(
            longs = {0, 1, 16, -1, -16, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 47, 1L << 48, 0xACE5_0000_0000_0000L})
    void aForeignAddressIsRefused(long address) {
        refused(address, IllegalArgumentException.class).hasMessageContaining("no superslab of it there");
        allocate(KIB);
        allocate(HUGE);
        refused(address, IllegalArgumentException.class).hasMessageContaining("no superslab of it there");
    }

    @Test
    void memoryOfOthersIsForeign() {
        try (RawAllocator other = new RawAllocator(LIMIT)) {
            for (int size : new int[] {KIB, HUGE}) {
                long address = other.allocate(size);
                refused(address, IllegalArgumentException.class);
                assertThat(other.stats().liveBytes()).isEqualTo(size);
                other.free(address);
            }
        }
        Region region = memory.reserve(4096);
        refused(region.address(), IllegalArgumentException.class);
        memory.release(region);
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 112, KIB, 5 * KIB, 65536, 100_000, 1 << 20})
    void theInsideOfABlockIsRefused(int size) {
        long address = allocate(size);
        int usable = Math.toIntExact(raw.usableSize(address));
        for (int inside : new int[] {1, 8, 15, usable / 2 + 1, usable - 1}) {
            refused(address + inside, IllegalArgumentException.class)
                    .hasMessageStartingWith(hex(address + inside) + " (expected: the beginning of a block; found: byte "
                            + inside + " of block ")
                    .hasMessageContaining(" of slab(");
        }
    }

    @Test
    void theInsideOfAHugeBlockIsRefused() {
        long address = allocate(HUGE);
        for (int inside : new int[] {1, 64, 4096, HUGE - 1, HUGE, -1}) {
            refused(address + inside, IllegalArgumentException.class).hasMessageContaining("no huge block that begins");
        }
    }

    @Test
    void theRestOfASlabBehindItsLastBlockIsRefused() {
        int size = 1152;
        int sizeClass = SizeClasses.of(size);
        int end = SizeClasses.capacity(sizeClass) * size;
        assertThat(end).isLessThan(SizeClasses.units(sizeClass) * Superslab.UNIT_BYTES);
        long slab = superslabOf(allocate(size));
        refused(slab + end, IllegalArgumentException.class)
                .hasMessageContaining("found: byte 0 of block " + SizeClasses.capacity(sizeClass) + " of slab(");
    }

    @Test
    void theRecordsAreNoBlocks() {
        long superslab = superslabOf(allocate(KIB));
        for (int at = 0; at < Superslab.UNITS * 32; at += 16) {
            long record = superslab + RECORDS + at;
            boolean inThirdFrame = (record >>> 21) - (superslab >>> 21) > 1; // where it is not looked for
            refused(record, inThirdFrame ? IllegalArgumentException.class : IllegalStateException.class);
        }
        refused(superslab + Superslab.bytes(true), IllegalArgumentException.class);
        refused(superslab - 1, IllegalArgumentException.class);
    }

    private long superslabOf(long address) {
        return memory.regions().stream()
                .filter(region -> address >= region.address() && address < region.address() + RECORDS)
                .mapToLong(Region::address)
                .findFirst()
                .orElseThrow();
    }

    /** A write past the end of a superslab's last block, or from anywhere else. */
    @Test
    void whereTheRecordOfItsSlabWasOverwrittenABlockIsNotFreed() {
        long address = allocate(KIB);
        long other = allocate(2 * KIB);
        ByteBuffer record = memory.at(superslabOf(address) + RECORDS, 32);
        for (int i = 0; i < 32; i++) {
            byte was = record.get(i);
            record.put(i, (byte) (was + 1));
            long liveBytes = raw.stats().liveBytes();
            assertThatThrownBy(() -> raw.free(address))
                    .isExactlyInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith(
                            hex(address) + " cannot be freed: the record of its slab was overwritten (found: "
                                    + (i < 4 ? "magic: " : "sum: "))
                    .hasMessageContaining(" (expected: ")
                    .hasMessageContaining(" in slab(");
            assertThat(raw.usableSize(address)).as("still allocated").isEqualTo(KIB);
            assertThat(raw.stats().liveBytes()).isEqualTo(liveBytes);
            // One byte of each field: where the walker finds something, it takes half a second to be sure.
            if (i % 4 == 0) {
                assertThat(raw.violations()).as("the walker sees it, too").hasSize(1);
            }
            free(other);
            other = allocate(2 * KIB);
            record.put(i, was);
            assertThat(raw.violations()).isEmpty();
        }
        free(address);
        refused(address, IllegalStateException.class);
    }

    @Test
    void aRecordThatWasOverwrittenByAnotherIsNamed() {
        long address = allocate(KIB);
        allocate(2 * KIB);
        long records = superslabOf(address) + RECORDS;
        byte[] own = new byte[32];
        byte[] others = new byte[32];
        memory.at(records, 32).get(own);
        memory.at(records + 32, 32).get(others);
        memory.at(records, 32).put(others);
        assertThatThrownBy(() -> raw.free(address)).hasMessageContaining("(found: generation: 2 (expected: 1)");
        memory.at(records, 32).put(own);
    }

    @Test
    void whatIsLiveSurvivesTrimming() {
        for (int size : new int[] {16, KIB, 100_000, HUGE}) {
            memory.at(allocate(size), size).putLong(0, size);
            free(allocate(size));
        }
        raw.trim();
        for (int i = 0; i < live.size(); i++) {
            assertThat(memory.at(live.get(i), 8).getLong(0)).isEqualTo(new int[] {16, KIB, 100_000, HUGE}[i]);
        }
        assertThat(raw.stats().liveBytes())
                .isEqualTo(16 + KIB + SizeClasses.blockBytes(SizeClasses.of(100_000)) + HUGE);
    }

    @ParameterizedTest
    @ValueSource(ints = {16 * KIB, 1 << 20, HUGE})
    void whereTheLimitIsReachedOneErrorSaysSoAndFreeingHelps(int size) {
        assertThatThrownBy(() -> {
                    while (true) {
                        allocate(size);
                    }
                })
                .isInstanceOf(OutOfMemoryError.class)
                .hasMessageStartingWith("cannot allocate " + size + " bytes: the limit is reached (needed: ")
                .hasMessageContaining(", limit: " + LIMIT + "; direct: live: ");
        assertThat(raw.stats().liveBytes()).isGreaterThan(LIMIT * 7 / 8);
        free(live.get(live.size() / 2));
        allocate(size);
        assertThat(raw.violations()).isEmpty();
    }

    @Test
    void theLargestSizesAreRefusedAndHarmNothing() {
        for (int size : new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE - 4096, 1 << 30}) {
            assertThatThrownBy(() -> raw.allocate(size))
                    .isInstanceOf(OutOfMemoryError.class)
                    .hasMessageContaining("the limit is reached");
        }
        assertThat(memory.requests()).isZero();
    }

    @Test
    void aSystemThatRefusesOnceIsAskedAgainAndOneThatKeepsRefusingIsNamed() {
        memory.refuseNth(1);
        allocate(KIB);
        memory.refuseNth(1);
        allocate(HUGE);
        memory.refuseAll(true);
        for (int size : new int[] {1 << 20, HUGE}) {
            assertThatThrownBy(() -> {
                        while (true) {
                            allocate(size);
                        }
                    })
                    .isInstanceOf(OutOfMemoryError.class)
                    .hasMessageContaining("the system refused more memory");
        }
        memory.refuseAll(false);
        allocate(HUGE);
    }

    @Test
    void withoutAddressesItSaysSoAndKeepsNothing() {
        FaultyMemory arrays = new FaultyMemory(new HeapMemory());
        try (RawAllocator blind = new RawAllocator(arrays, LIMIT)) {
            for (int size : new int[] {0, KIB, 1 << 20, HUGE}) {
                assertThatThrownBy(() -> blind.allocate(size))
                        .isInstanceOf(UnsupportedOperationException.class)
                        .hasMessage("this JVM does not tell the address of direct memory");
            }
            assertThat(blind.stats().liveBytes()).isZero();
            assertThat(blind.violations()).isEmpty();
        }
        assertThat(arrays.reservedBytes()).isZero();
    }

    @Test
    void closedItAllocatesNothingAndTakesBackWhatIsLive() {
        allocate(16);
        allocate(KIB);
        allocate(100_000);
        long huge = allocate(HUGE);
        free(allocate(KIB));
        raw.close();
        for (int size : new int[] {0, KIB, HUGE}) {
            assertThatThrownBy(() -> raw.allocate(size))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the allocator is closed");
        }
        assertThat(raw.usableSize(live.get(1))).isEqualTo(KIB);
        assertThat(memory.reservedBytes())
                .isEqualTo(Superslab.bytes(true) + (memory.isLazy() ? HugeRegions.BYTES : HUGE));
        free(huge);
        refused(huge, IllegalArgumentException.class);
        assertThat(memory.reservedBytes()).isEqualTo(Superslab.bytes(true));
        free(live.get(0));
        long last = live.get(0);
        free(live.get(1));
        assertThat(memory.reservedBytes()).isEqualTo(Superslab.bytes(true));
        free(last);
        assertThat(memory.reservedBytes()).isZero();
        refused(last, IllegalArgumentException.class);
        raw.close();
    }

    @Test
    void figuresAreThoseOfAnyAllocator() {
        assertThat(raw.stats().committedBytes()).isZero();
        allocate(KIB);
        allocate(HUGE);
        AceStats stats = raw.stats();
        assertThat(stats.liveBytes()).isEqualTo(KIB + HUGE);
        int records = Superslab.bytes(true) - Superslab.UNITS * Superslab.UNIT_BYTES;
        assertThat(stats.committedBytes()).isEqualTo(records + Superslab.UNIT_BYTES + HUGE);
        assertThat(stats.limitBytes()).isEqualTo(LIMIT);
        assertThat(stats.allocations()).isEqualTo(1);
        assertThat(stats.liveBytes() + stats.cachedBytes() + stats.freeBytes()).isEqualTo(stats.committedBytes());
    }
}
