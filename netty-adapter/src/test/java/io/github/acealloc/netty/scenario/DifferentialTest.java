/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.netty.AceByteBufAllocator;
import io.github.acealloc.netty.Contestant;
import io.github.acealloc.netty.Laws;
import io.netty.buffer.ByteBufAllocator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random programs over views of views see the same as on Netty's pooled buffers: indices, bytes and errors, after each
 * step.
 *
 * <p>{@code -Dscenario.seed=n} begins with another seed; a failure shows the seed and the first line that differs.
 */
class DifferentialTest {
    private static final int PROGRAMS = Boolean.getBoolean("stress") ? 20_000 : 200;
    private static final int STEPS = 150;

    private final Map<Contestant, ByteBufAllocator> allocators = new EnumMap<>(Contestant.class);

    DifferentialTest() {
        for (Contestant whose : Contestant.values()) {
            allocators.put(whose, whose.make());
        }
    }

    @AfterEach
    void assertClosesClean() {
        Laws.assertClosesClean((AceByteBufAllocator) allocators.get(Contestant.ACE));
    }

    @ParameterizedTest
    @EnumSource(Memory.class)
    void randomProgramsSeeTheSame(Memory memory) throws Exception {
        long first = Long.getLong("scenario.seed", System.nanoTime());
        for (long seed = first; seed < first + PROGRAMS; seed++) {
            List<String> right = run(Contestant.POOLED, memory, seed);
            List<String> seen = run(Contestant.ACE, memory, seed);
            for (int i = 0; i < right.size(); i++) {
                if (!seen.get(i).equals(right.get(i))) {
                    assertThat(seen.get(i))
                            .as("line %d with -Dscenario.seed=%d, beside the pooled one's", i, seed)
                            .isEqualTo(right.get(i));
                }
            }
        }
    }

    private List<String> run(Contestant whose, Memory memory, long seed) throws Exception {
        try (Lab lab = new Lab(whose, memory, allocators.get(whose))) {
            return new RandomProgram(lab, seed).run(STEPS).lines().toList();
        }
    }
}
