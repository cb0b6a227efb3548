/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class BigTest {
    private static final int SLOTS = 2 * Big.MOST;
    private static final int TURNS = 120;

    @Test
    void oneLoopReplacesRandomOnesAndReleasesAllInTheEnd() throws Exception {
        FakeAllocator allocator = new FakeAllocator(LongUnaryOperator.identity());

        Measurement measured = new Big((long) SLOTS * Big.BYTES, TURNS).measure(allocator);

        assertThat(allocator.threads).hasSize(1);
        assertThat(allocator.live()).isZero();
        int replaced = allocator.allocations.get() - SLOTS;
        assertThat(replaced).as("a few at a time").isBetween(TURNS * Big.MOST / 3, TURNS * Big.MOST * 2 / 3);
        assertThat(allocator.bytes).hasValue((long) (SLOTS + replaced) * Big.BYTES);
        assertThat(measured.values()).containsOnlyKeys(Metric.TIME);
        assertThat(measured.values().get(Metric.TIME)).isBetween(10.0, 1e6);
        assertThat(measured.curve().points()).hasSize(60);
    }
}
