/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import io.github.acealloc.os.Region;
import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Superslab;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What Jazzer feeds: a program of allocations, frees right and wrong, and writes into slabs' records, three bytes a step.
 * Whatever is wrong must be refused with words, and change nothing.
 */
public final class RawTarget {
    private static final long LIMIT = 24L << 20;
    private static final int STEP = 3;
    private static final int RECORD = 32;

    private final RawRig rig = new RawRig(LIMIT);
    private final RawAllocator raw = rig.raw;
    private final FreeOf free;
    private final TreeMap<Long, Long> live = new TreeMap<>();
    private final List<Long> freed = new ArrayList<>();
    private long liveBytes;

    /** How an address is freed. */
    @FunctionalInterface
    interface FreeOf {
        void free(RawAllocator raw, long address);
    }

    private RawTarget(FreeOf free) {
        this.free = free;
    }

    /** Jazzer's entrance. */
    public static void fuzzerTestOneInput(byte[] input) {
        run(input, RawAllocator::free);
    }

    static void run(byte[] input, FreeOf free) {
        RawTarget target = new RawTarget(free);
        try {
            for (int i = 0; i + STEP <= input.length; i += STEP) {
                target.step(input[i] & 7, Byte.toUnsignedInt(input[i + 1]), Byte.toUnsignedInt(input[i + 2]));
            }
            target.end();
        } finally {
            target.raw.close();
        }
    }

    private void step(int kind, int a, int b) {
        switch (kind) {
            case 0, 1 -> allocate(a << 8 | b);
            case 2 -> allocate(SizeClasses.MAX_BLOCK - 128 + a);
            case 3 -> withLive(a, this::free);
            case 4 -> withLive(a, block -> refuse(block + 1 + b));
            case 5 -> withLive(a, block -> refuse(block - 1 - b));
            case 6 -> {
                if (!freed.isEmpty()) {
                    refuse(freed.get(a % freed.size()));
                }
                refuse((long) a << 40 | (long) b << 12);
            }
            default -> withLive(a, block -> overwriteRecord(block, b));
        }
    }

    private void withLive(int n, Consumer<Long> task) {
        if (!live.isEmpty()) {
            task.accept(new ArrayList<>(live.keySet()).get(n % live.size()));
        }
    }

    private void allocate(int size) {
        long address;
        try {
            address = raw.allocate(size);
        } catch (OutOfMemoryError e) {
            return;
        }
        long usable = raw.usableSize(address);
        Long below = live.lowerKey(address + usable);
        if (address % 16 != 0 || usable < size || (below != null && below + live.get(below) > address)) {
            throw new AssertionError("address: " + RawAllocator.hex(address) + " for " + size + " bytes");
        }
        live.put(address, usable);
        freed.remove(address);
        liveBytes += usable;
    }

    private void free(long address) {
        free.free(raw, address);
        liveBytes -= live.remove(address);
        freed.add(address);
        expectLive();
    }

    private void refuse(long address) {
        if (live.containsKey(address)) {
            return;
        }
        try {
            free.free(raw, address);
        } catch (IllegalArgumentException | IllegalStateException e) {
            if (!e.getMessage().contains("found: ")) {
                throw new AssertionError("the refusal does not say what was found", e);
            }
            expectLive();
            return;
        }
        throw new AssertionError(RawAllocator.hex(address) + " was not refused");
    }

    /** A byte of the record of a block's slab changes: the block is not freed until it is as it was. */
    private void overwriteRecord(long block, int n) {
        for (Region region : rig.memory.regions()) {
            long offset = block - region.address();
            boolean isSuperslab = region.buffer().capacity() >= Superslab.bytes(true);
            boolean isHere = offset >= 0 && offset < (long) Superslab.UNITS * Superslab.UNIT_BYTES;
            if (isSuperslab && isHere && live.get(block) <= SizeClasses.MAX_BLOCK) {
                int at = Superslab.UNITS * Superslab.UNIT_BYTES
                        + (int) (offset >>> Superslab.UNIT_SHIFT) * RECORD
                        + n % RECORD;
                ByteBuffer memory = region.buffer();
                byte was = memory.get(at);
                memory.put(at, (byte) (was ^ (1 + n / RECORD)));
                live.remove(block);
                refuse(block);
                live.put(block, raw.usableSize(block));
                memory.put(at, was);
                return;
            }
        }
    }

    private void expectLive() {
        if (raw.stats().liveBytes() != liveBytes) {
            throw new AssertionError("live bytes: " + raw.stats().liveBytes() + " (expected: " + liveBytes + ")");
        }
    }

    private void end() {
        new ArrayList<>(live.keySet()).forEach(this::free);
        raw.trim();
        List<String> violations = raw.violations();
        if (!violations.isEmpty()) {
            throw new AssertionError("laws broken: " + violations);
        }
    }
}
