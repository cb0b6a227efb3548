/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SlotsTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 128, 65536})
    void everySlotOccursEquallyOften(int slots) {
        char[] order = Slots.shuffled(slots, 42);
        int[] visits = new int[slots];
        for (char slot : order) {
            visits[slot]++;
        }

        assertThat(IntStream.of(visits).distinct().toArray()).containsExactly(order.length / slots);
        assertThat(order.length).isGreaterThanOrEqualTo(2 * slots);
        assertThat(Integer.bitCount(order.length)).isOne();
    }

    @Test
    void buffersAreNotReplacedInTheOrderOfTheirBirth() {
        char[] order = Slots.shuffled(128, 42);
        int[] lastVisit = new int[128];
        long lifetimes = IntStream.range(0, order.length)
                .map(i -> {
                    int lifetime = i - lastVisit[order[i]];
                    lastVisit[order[i]] = i;
                    return lifetime;
                })
                .distinct()
                .count();

        assertThat(lifetimes).isGreaterThan(500);
    }

    @Test
    void randomSlotsAreAllInRange() {
        char[] order = Slots.random(400, 1 << 16, 42);

        assertThat(new String(order).chars().max().orElseThrow()).isEqualTo(399);
        assertThat(order).isEqualTo(Slots.random(400, 1 << 16, 42));
    }
}
