/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.bench.AllocatorKind;
import io.github.acealloc.bench.KnobSetting;
import io.github.acealloc.heap.Knobs;
import java.util.List;
import org.junit.jupiter.api.Test;

class SettingsTest {
    @Test
    void aSweepHasEveryCapWithEveryBatchThatFits() {
        List<AceSetting> settings = Sweep.settings(false);

        assertThat(settings).doesNotHaveDuplicates().startsWith(Sweep.LEARN, Sweep.OFF);
        assertThat(settings)
                .filteredOn(Sweep::isFixed)
                .extracting(AceSetting::label)
                .containsExactly(
                        "0/1", "16/1", "16/8", "64/1", "64/8", "64/32", "256/1", "256/8", "256/32", "1024/1", "1024/8",
                        "1024/32");
        assertThat(Sweep.settings(true)).hasSize(7).isSubsetOf(settings);
    }

    @Test
    void onlyOneOfASweepLearns() {
        assertThat(Sweep.settings(false))
                .filteredOn(setting -> setting.mode() == AceMode.LEARN)
                .containsExactly(Sweep.LEARN);
        assertThat(Sweep.OFF.knobs()).isEqualTo(Sweep.LEARN.knobs()).isEqualTo(KnobSetting.DEFAULTS);
    }

    @Test
    void aSweepsWorkloadsAreThoseThereAre() {
        assertThat(Sweep.workloads(false))
                .doesNotHaveDuplicates()
                .startsWith(Workload.PATTERN, Workload.PRODUCER_CONSUMER)
                .endsWith(Workload.FOOTPRINT, Workload.GROWTH);
        assertThat(Sweep.workloads(false)).containsAll(Sweep.workloads(true));
    }

    @Test
    void aSweepsCellsAreDirectAndWithoutLeakDetection() {
        List<Cell> cells = Sweep.cells(List.of(Workload.PATTERN, Workload.PRODUCER_CONSUMER), false);

        assertThat(cells)
                .extracting(Cell::title)
                .containsExactly(
                        "pattern direct websocket 128 live [leak disabled]",
                        "pattern direct websocket 1024 live [leak disabled]",
                        "pattern direct websocket 8192 live [leak disabled]",
                        "producer-consumer direct [leak disabled]");
        assertThat(Sweep.cells(List.of(Workload.PATTERN), true)).hasSize(2);
    }

    @Test
    void anAblationChangesOnePartInTurn() {
        List<AceSetting> settings = Ablation.settings();

        assertThat(settings).hasSize(11).startsWith(Ablation.ACE);
        assertThat(settings).extracting(AceSetting::label).doesNotHaveDuplicates();
        assertThat(settings)
                .extracting(setting -> setting.mode() + " " + setting.knobs())
                .doesNotHaveDuplicates();
        assertThat(settings).allMatch(setting -> setting.knobs().changes().size() <= 1);
        assertThat(settings).allSatisfy(setting -> setting.knobs().applyTo(Knobs.defaults()));
    }

    @Test
    void whereCapsAreFixedNothingLearns() {
        assertThat(Ablation.settings())
                .filteredOn(setting -> setting.knobs().toString().startsWith("cap"))
                .hasSize(3)
                .allMatch(setting -> setting.mode() == AceMode.OFF);
    }

    @Test
    void aMeasuredJvmIsToldItsSetting() {
        AceSetting setting = new AceSetting("a", "b", AceMode.OFF, KnobSetting.parse("cap:0"));

        assertThat(setting.kind()).isEqualTo(AllocatorKind.ACE);
        assertThat(setting.jvmArgs()).endsWith("-Dbench.knobs=cap:0");
        assertThat(Sweep.LEARN.jvmArgs()).isEqualTo(AceMode.LEARN.jvmArgs());
        assertThat(AceMode.LEARN.jvmArgs()).containsExactly("-Dacealloc.mode=learn");
    }
}
