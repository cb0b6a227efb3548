/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.os.Region;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** A queue of slabs against a list. */
class SlabQueueTest {
    static final int SLABS = 8;

    private SlabQueue queue = new SlabQueue();
    private final List<Slab> slabs = new ArrayList<>();

    SlabQueueTest() {
        reset();
    }

    /** jqwik runs all tries on one instance. */
    private void reset() {
        queue = new SlabQueue();
        slabs.clear();
        Superslab superslab = new Superslab(Region.heap(new byte[16]), Superslab.units(false), true);
        for (int i = 0; i < SLABS; i++) {
            slabs.add(Slab.ofClass(superslab, i, SizeClasses.of(1024), i));
        }
    }

    /** Each number pushes that slab, or takes it out if it is in. */
    @Property(tries = 1000)
    void behavesAsAList(@ForAll @Size(max = 60) List<@IntRange(min = 0, max = SLABS - 1) Integer> ops) {
        reset();
        List<Slab> model = new ArrayList<>();
        for (int op : ops) {
            Slab slab = slabs.get(op);
            if (model.remove(slab)) {
                queue.remove(slab);
            } else {
                queue.push(slab);
                model.add(0, slab);
            }
            assertThat(contents()).containsExactlyElementsOf(model);
            assertThat(queue.size()).isEqualTo(model.size());
            assertThat(slabs).allSatisfy(s -> assertThat(queue.contains(s)).isEqualTo(model.contains(s)));
        }
    }

    private List<Slab> contents() {
        List<Slab> contents = new ArrayList<>();
        for (Slab slab = queue.head(); slab != null; slab = queue.after(slab)) {
            contents.add(slab);
        }
        return contents;
    }

    @Test
    void aSlabIsInOneQueueAtMost() {
        queue.push(slabs.get(0));
        assertThatThrownBy(() -> new SlabQueue().push(slabs.get(0)))
                .isInstanceOf(AssertionError.class)
                .hasMessageEndingWith("is in a queue already");
    }

    @Test
    void onlyItsOwnSlabsCanBeTakenOut() {
        new SlabQueue().push(slabs.get(0));
        assertThatThrownBy(() -> queue.remove(slabs.get(0)))
                .isInstanceOf(AssertionError.class)
                .hasMessageEndingWith("is not in this queue");
    }
}
