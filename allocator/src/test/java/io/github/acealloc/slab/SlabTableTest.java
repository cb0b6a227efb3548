/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.os.Region;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Huge blocks are found by their addresses, and only those that are in the table. */
class SlabTableTest {
    private static final int STEPS = 20_000;

    private final SlabTable table = new SlabTable();
    private final ByteBuffer memory = ByteBuffer.allocateDirect(64);

    private Slab at(long address) {
        return Slab.huge(Region.direct(memory, null, address));
    }

    @Test
    void findsWhatAMapFinds() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        Map<Long, Slab> model = new HashMap<>();
        List<Slab> all = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            if (all.isEmpty() || random.nextInt(5) > 1) {
                Slab slab = at(0x7f00_0000_0040L + step * 0x18_0000L);
                table.add(slab);
                model.put(slab.region().address(), slab);
                all.add(slab);
            } else {
                Slab slab = all.remove(random.nextInt(all.size()));
                table.remove(slab);
                model.remove(slab.region().address());
            }
            long address = 0x7f00_0000_0040L + random.nextInt(step + 1) * 0x18_0000L;
            assertThat(table.find(address)).as("seed %s, step %s", seed, step).isSameAs(model.get(address));
        }
        assertThat(table.size()).isEqualTo(model.size());
        assertThat(table.find(0)).isNull();
    }

    @Test
    void aSlabThatWasTakenOutCanComeBack() {
        Slab slab = at(1 << 20);
        table.add(slab);
        table.remove(slab);
        assertThat(table.find(1 << 20)).isNull();
        table.add(slab);
        assertThat(table.find(1 << 20)).isSameAs(slab);
        assertThat(table.size()).isOne();
    }
}
