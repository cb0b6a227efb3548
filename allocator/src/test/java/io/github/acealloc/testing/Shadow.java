/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.os.Region;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which memory is out: no two blocks overlap, and each keeps what was written into it. */
public final class Shadow {
    private final IdentityHashMap<Region, TreeMap<Integer, TestBlock>> byOffset = new IdentityHashMap<>();
    private final List<TestBlock> live = new ArrayList<>();
    private long liveBytes;
    private long nextPattern = 0x5EED;

    /** Takes note of a block that was just allocated. */
    public TestBlock allocated(TestBlock block, int size) {
        assertThat(block.bytes()).as("bytes of " + block).isGreaterThanOrEqualTo(size);
        assertThat(block.slab().block(block.slot())).isSameAs(block);
        int start = block.offset();
        int end = start + block.bytes();
        assertThat(start).isNotNegative();
        assertThat(end).isLessThanOrEqualTo(block.region().bytes());
        TreeMap<Integer, TestBlock> region = byOffset.computeIfAbsent(block.region(), r -> new TreeMap<>());
        Map.Entry<Integer, TestBlock> below = region.lowerEntry(end);
        if (below != null && below.getKey() + below.getValue().bytes() > start) {
            throw new AssertionError(block + " overlaps " + below.getValue());
        }
        region.put(start, block);
        live.add(block);
        liveBytes += block.bytes();
        block.open(nextPattern += 0x9E3779B97F4A7C15L);
        return block;
    }

    /** Takes out a block that is about to be released: the {@code i}-th modulo their number. */
    public TestBlock take(int i) {
        int at = Math.floorMod(i, live.size());
        TestBlock block = live.get(at);
        live.set(at, live.get(live.size() - 1));
        live.remove(live.size() - 1);
        block.shut();
        liveBytes -= block.bytes();
        TreeMap<Integer, TestBlock> region = byOffset.get(block.region());
        region.remove(block.offset());
        if (region.isEmpty()) {
            byOffset.remove(block.region());
        }
        return block;
    }

    /** Swaps the bindings of two live blocks, chosen as in {@link #take}, unless one is huge. */
    public void swap(int i, int j) {
        TestBlock a = live.get(Math.floorMod(i, live.size()));
        TestBlock b = live.get(Math.floorMod(j, live.size()));
        if (a == b || a.slab().isHuge() || b.slab().isHuge()) {
            return;
        }
        a.swapBindings(b);
        byOffset.get(a.region()).put(a.offset(), a);
        byOffset.get(b.region()).put(b.offset(), b);
        a.expectPattern();
        b.expectPattern();
    }

    public boolean isEmpty() {
        return live.isEmpty();
    }

    public long liveBytes() {
        return liveBytes;
    }
}
