/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Slab;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Numbers against a naive model: which are in use, and in which order the others came back. */
class SlabNumbersTest {
    private static final int MOST = 32;

    @Property(tries = 300)
    void noNumberIsUsedTwiceAndTheLastToComeBackIsUsedFirst(@ForAll long seed) {
        Random random = new Random(seed);
        SlabNumbers numbers = new SlabNumbers();
        BitSet used = new BitSet();
        List<int[]> out = new ArrayList<>();
        Map<Integer, Deque<Integer>> back = new HashMap<>();
        int end = 0;
        for (int i = 0; i < 400; i++) {
            int n = 1 + random.nextInt(random.nextBoolean() ? 2 : MOST);
            Deque<Integer> alike = back.computeIfAbsent(length(n), length -> new ArrayDeque<>());
            if (out.isEmpty() || random.nextInt(100) < 50 + 40 * (i / 100 % 2)) {
                int first = numbers.next(n);
                assertThat(numbers.next(n)).as("only told").isEqualTo(first);
                assertThat(first).isEqualTo(alike.isEmpty() ? end : alike.pop());
                numbers.take(n);
                assertThat(used.get(first, first + n).isEmpty()).isTrue();
                used.set(first, first + n);
                out.add(new int[] {first, n});
                end = Math.max(end, first + length(n));
            } else {
                int[] run = out.remove(random.nextInt(out.size()));
                numbers.give(run[0], run[1]);
                used.clear(run[0], run[0] + run[1]);
                back.computeIfAbsent(length(run[1]), length -> new ArrayDeque<>())
                        .push(run[0]);
            }
        }
    }

    private static int length(int numbers) {
        int length = 1;
        while (length < numbers) {
            length *= 2;
        }
        return length;
    }

    @Test
    void thereAreSoManyAndNoMore() {
        SlabNumbers numbers = new SlabNumbers();
        assertThat(numbers.next(MOST)).isZero();
        int n = 0;
        for (int first; (first = numbers.next(MOST)) != SlabNumbers.NONE; n++) {
            assertThat(first + MOST - 1).isLessThanOrEqualTo(Slab.MAX_INDEX);
            numbers.take(MOST);
        }
        assertThat(n).isEqualTo((Slab.MAX_INDEX + 1) / MOST);
        assertThat(numbers.next(1)).isEqualTo(SlabNumbers.NONE);
        numbers.give(5 * MOST, MOST);
        assertThat(numbers.next(MOST)).isEqualTo(5 * MOST);
        assertThat(numbers.next(MOST / 2)).as("of another length").isEqualTo(SlabNumbers.NONE);
    }

    @Test
    void aSlabOfAnyClassFindsARunAndATebibyteOfSlabsOfOneNumberANumber() {
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            assertThat(Slab.numbers(SizeClasses.capacity(c))).isBetween(1, MOST);
            assertThat(SizeClasses.blockBytes(c) >= 512 && Slab.numbers(SizeClasses.capacity(c)) > 1)
                    .isFalse();
        }
        assertThat((Slab.MAX_INDEX + 1L) * (64 << 10)).isEqualTo(1L << 40);
    }

    @Test
    void moreThatComeBackThanWereTakenAreReported() {
        SlabNumbers numbers = new SlabNumbers();
        numbers.next(1);
        numbers.take(1);
        numbers.give(0, 1);
        assertThatThrownBy(() -> numbers.give(0, 1))
                .isInstanceOf(AssertionError.class)
                .hasMessage("run 0 was given back twice");
    }
}
