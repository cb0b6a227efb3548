/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.slab.SizeClasses;
import io.github.acealloc.slab.Superslab;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The limits themselves. */
class KnobsTest {
    private final Knobs defaults = Knobs.defaults();

    @Test
    void byDefaultAClassCaches256KiBButOneBlockAtLeastAnd256AtMost() {
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            int fitting = (256 << 10) / SizeClasses.blockBytes(c);
            assertThat(defaults.cap(c)).isEqualTo(Math.min(Math.max(fitting, 1), 256));
        }
    }

    @Test
    void byDefaultABatchIs16KiBButOneBlockAtLeastAnd32AtMost() {
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            int fitting = (16 << 10) / SizeClasses.blockBytes(c);
            assertThat(defaults.batch(c)).isEqualTo(Math.min(Math.max(fitting, 1), 32));
            assertThat(defaults.batch(c)).isLessThanOrEqualTo(defaults.cap(c));
        }
    }

    @Test
    void aWarmPoolKeeps128KiBInAtMostTwoSlabs() {
        assertThat(defaults.warmSlabs(SizeClasses.of(16))).isEqualTo(2);
        assertThat(defaults.warmSlabs(SizeClasses.of(1 << 20))).isZero();
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            int slabBytes = SizeClasses.units(c) * Superslab.UNIT_BYTES;
            assertThat(defaults.warmSlabs(c) * slabBytes).isLessThanOrEqualTo(128 << 10);
            assertThat((defaults.warmSlabs(c) + 1) * slabBytes).isGreaterThan(128 << 10);
        }
    }

    @Test
    void byDefaultSlabsAreFetchedOneByOne() {
        assertThat(defaults.prefill()).isOne();
        assertThat(defaults.withSlabs(1, 5).prefill()).isEqualTo(5);
    }

    @Test
    void otherCachesLeaveTheRestAsItIs() {
        Knobs other = defaults.withCaches(7, 3);
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            assertThat(other.cap(c)).isEqualTo(7);
            assertThat(other.batch(c)).isEqualTo(3);
            assertThat(other.warmSlabs(c)).isEqualTo(defaults.warmSlabs(c));
        }
        assertThat(other.prefill()).isEqualTo(defaults.prefill());
        assertThat(other.purgeDelayNanos()).isEqualTo(defaults.purgeDelayNanos());
        assertThat(defaults.cap(0)).isEqualTo(256);
    }

    @Test
    void byDefaultMemoryLiesIdleForASecond() {
        assertThat(defaults.purgeDelayNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(1));
    }

    @Test
    void eachKnobIsTurnedByItself() {
        Knobs all = defaults.withCaches(7, 3).withPurgeDelay(5);
        assertThat(all.cap(0)).isEqualTo(7);
        assertThat(all.batch(0)).isEqualTo(3);
        assertThat(all.purgeDelayNanos()).isEqualTo(5);
        assertThat(all.withCaches(1, 1).purgeDelayNanos()).isEqualTo(5);
        assertThat(all.prefill()).isEqualTo(defaults.prefill());
        assertThat(all.warmSlabs(0)).isEqualTo(defaults.warmSlabs(0));
    }

    @Test
    void senselessLimitsAreRefused() {
        assertThatThrownBy(() -> defaults.withCaches(-1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cap: -1 (expected: >= 0), batch: 1 (expected: >= 1)");
        assertThatThrownBy(() -> defaults.withCaches(0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThat(defaults.withCaches(0, 1).cap(0)).isZero();
        assertThatThrownBy(() -> defaults.withPurgeDelay(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("nanos: -1 (expected: >= 0)");
        assertThat(defaults.withPurgeDelay(0).purgeDelayNanos()).isZero();
    }
}
