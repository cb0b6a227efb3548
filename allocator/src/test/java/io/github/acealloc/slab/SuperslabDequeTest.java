/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.os.Region;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Empty superslabs in their order. */
class SuperslabDequeTest {
    private static final int SUPERSLABS = 8;
    private static final int STEPS = 10_000;

    private final SuperslabDeque deque = new SuperslabDeque();

    @Test
    void doesWhatADequeDoes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        ArrayDeque<Superslab> model = new ArrayDeque<>();
        ArrayDeque<Superslab> outside = new ArrayDeque<>();
        for (int i = 0; i < SUPERSLABS; i++) {
            outside.add(new Superslab(Region.heap(new byte[64]), 1 + i % 4, true));
        }
        for (int step = 0; step < STEPS; step++) {
            int what = random.nextInt(4);
            if (what > 1 && !outside.isEmpty()) {
                Superslab superslab = outside.poll();
                deque.addLast(superslab, step);
                model.addLast(superslab);
                assertThat(superslab.emptySince).isEqualTo(step);
            } else {
                int units = 1 + random.nextInt(5);
                boolean aMultiple = random.nextBoolean();
                Superslab expected = what == 0 ? model.pollFirst() : last(model, units, aMultiple);
                assertThat(what == 0 ? deque.pollFirst() : deque.pollLast(units, aMultiple))
                        .as("seed %s, step %s", seed, step)
                        .isSameAs(expected);
                if (expected != null) {
                    outside.add(expected);
                }
            }
            assertThat(deque.first()).isSameAs(model.peekFirst());
            assertThat(deque.size()).isEqualTo(model.size());
        }
    }

    private static Superslab last(ArrayDeque<Superslab> model, int units, boolean aMultiple) {
        Iterator<Superslab> fromLast = model.descendingIterator();
        while (fromLast.hasNext()) {
            Superslab superslab = fromLast.next();
            if (superslab.units() >= units && (!aMultiple || superslab.units() % units == 0)) {
                fromLast.remove();
                return superslab;
            }
        }
        return null;
    }
}
