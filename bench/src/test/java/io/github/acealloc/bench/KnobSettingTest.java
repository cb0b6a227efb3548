/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.acealloc.heap.Knobs;
import io.github.acealloc.netty.AceByteBufAllocator;
import io.github.acealloc.slab.SizeClasses;
import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KnobSettingTest {
    private static final Knobs DEFAULTS = Knobs.defaults();
    private static final int LAST = SizeClasses.COUNT - 1;

    private static Knobs applied(String line) {
        return KnobSetting.parse(line).applyTo(DEFAULTS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "cap:64",
                "cap:64,batch:16,warm:0,prefill:1,tiering:off,eagerFree:off,purge:never",
                "cap>1024:0,batch>4096:1,tiering:on,purge:250"
            })
    void whatIsReadIsWrittenTheSame(String line) {
        assertThat(KnobSetting.parse(line)).hasToString(line);
        assertThat(KnobSetting.parse(line)).isEqualTo(KnobSetting.parse(line));
    }

    @Test
    void everyKnobArrives() {
        Knobs knobs = applied("cap:64,batch:16,warm:1,prefill:5,tiering:off,eagerFree:off,purge:never");

        assertThat(knobs.cap(0)).isEqualTo(64).isEqualTo(knobs.cap(LAST));
        assertThat(knobs.batch(0)).isEqualTo(16).isEqualTo(knobs.batch(LAST));
        assertThat(knobs.warmSlabs(0)).isOne();
        assertThat(knobs.prefill()).isEqualTo(5);
        assertThat(knobs.tiering()).isFalse();
        assertThat(knobs.eagerFree()).isFalse();
        assertThat(knobs.purgeDelayNanos()).isEqualTo(Knobs.NEVER);
        assertThat(applied("purge:250").purgeDelayNanos()).isEqualTo(250_000_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cap:3", "batch:3", "prefill:4", "tiering:off", "purge:7"})
    void whatIsNotNamedKeepsItsDefaultForEachClass(String line) {
        Knobs knobs = applied(line);

        for (int c = 0; c < SizeClasses.COUNT; c++) {
            assertThat(knobs.cap(c)).isEqualTo(line.startsWith("cap") ? 3 : DEFAULTS.cap(c));
            assertThat(knobs.batch(c)).isEqualTo(line.startsWith("batch") ? 3 : DEFAULTS.batch(c));
            assertThat(knobs.warmSlabs(c)).isEqualTo(DEFAULTS.warmSlabs(c));
        }
        assertThat(knobs.prefill()).isEqualTo(line.startsWith("prefill") ? 4 : DEFAULTS.prefill());
        assertThat(knobs.tiering()).isEqualTo(!line.startsWith("tiering"));
        assertThat(knobs.eagerFree()).isTrue();
        assertThat(knobs.purgeDelayNanos())
                .isEqualTo(line.startsWith("purge") ? 7_000_000 : DEFAULTS.purgeDelayNanos());
    }

    @Test
    void aRangeIsTheClassesWithLargerBlocks() {
        Knobs knobs = applied("cap>1024:0");

        int kib = SizeClasses.of(1024);
        assertThat(knobs.cap(kib)).isEqualTo(DEFAULTS.cap(kib)).isPositive();
        assertThat(knobs.cap(kib + 1)).isZero();
        assertThat(knobs.cap(LAST)).isZero();
        assertThat(knobs.batch(kib + 1)).isEqualTo(DEFAULTS.batch(kib + 1));
    }

    @Test
    void theLastChangeWins() {
        assertThat(applied("cap:8,cap>1024:0,cap>65536:2").cap(LAST)).isEqualTo(2);
        assertThat(applied("cap>1024:0,cap:8").cap(LAST)).isEqualTo(8);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            cap            | bench.knobs: cap (expected: name:value
            cap:64;batch:1 | bench.knobs: cap:64;batch:1 (expected: name:value
            cap:64,        | bench.knobs:  (expected: name:value
            caps:64        | bench.knobs: caps (expected: one of [cap, batch, warm, prefill, tiering, eagerFree, purge])
            cap:many       | cap: many (expected: a whole number, >= 0)
            batch:0        | batch: 0 (expected: a whole number, >= 1)
            prefill:0      | prefill: 0 (expected: a whole number, >= 1)
            tiering:1      | tiering: 1 (expected: on or off)
            purge:always   | purge: always (expected: milliseconds or never)
            warm>1024:1    | warm: >1024 (expected: no range, it is for all classes)
            """)
    void wrongLinesAreExplained(String line, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> KnobSetting.parse(line))
                .withMessageContaining(message);
    }

    @Test
    void aceIsMadeWithWhatThePropertySays() {
        System.setProperty(KnobSetting.PROPERTY, "cap:none");
        try {
            assertThatIllegalArgumentException().isThrownBy(AllocatorKind.ACE::create);
            System.setProperty(KnobSetting.PROPERTY, "cap:0,purge:never");
            ByteBufAllocator allocator = AllocatorKind.ACE.create();
            allocator.directBuffer(100).release();
            assertThat(((AceByteBufAllocator) allocator).stats().hotShare()).isNotPositive();
        } finally {
            System.clearProperty(KnobSetting.PROPERTY);
        }
    }
}
