/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ProcessMemoryTest {
    @Test
    void readsTheResidentSet() {
        List<String> lines =
                List.of("55d0-7ffc ---p 00000000 00:00 0 [rollup]", "Rss:               12288 kB", "Pss: 1 kB");

        assertThat(ProcessMemory.residentMiB(lines)).isEqualTo(12);
    }

    @Test
    void readsTheQuickCounter() {
        assertThat(ProcessMemory.quickResidentMiB(List.of("Name: java", "VmRSS:\t    3072 kB", "Rss: 1 kB")))
                .isEqualTo(3);
    }

    @Test
    void saysNothingWhereTheKernelDoesNot() {
        assertThat(ProcessMemory.residentMiB(List.of("Pss: 1 kB"))).isNaN();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void thisProcessIsLargerThanTenMegabytes() {
        assertThat(ProcessMemory.residentMiB()).isGreaterThan(10);
        assertThat(ProcessMemory.quickResidentMiB()).isCloseTo(ProcessMemory.residentMiB(), within(30.0));
    }
}
