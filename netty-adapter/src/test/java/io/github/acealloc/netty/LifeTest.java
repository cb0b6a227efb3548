/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.netty.LifeLab.Growth;
import io.github.acealloc.netty.LifeLab.Maker;
import io.github.acealloc.netty.LifeLab.Scenario;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Nothing stays behind of what has gone: allocators, event loops, buffers. Netty's allocators play the same scenarios. */
@EnabledOnOs(OS.LINUX)
class LifeTest {
    private static final long MIB = 1 << 20;

    private static String[] options() {
        return Runtime.version().feature() < 22
                ? new String[] {"-Xms64m", "-XX:MaxDirectMemorySize=4g"}
                : new String[] {
                    "-Xms64m", "-XX:MaxDirectMemorySize=4g", "--enable-native-access=ALL-UNNAMED", "-Xmx512m"
                };
    }

    /** Without event loops Netty's finalizers free what nobody reaches; one that lives on holds all of theirs. */
    @Test
    void allocatorsThatAreDropped() {
        Map<Maker, Growth> growth = LifeLab.run(Scenario.DROPPED, 80, options());
        Growth ace = growth.get(Maker.ACE);
        assertThat(ace.resident()).isLessThan(growth.get(Maker.POOLED).resident() + 16 * MIB);
        assertThat(ace.resident()).isLessThan(64 * MIB);
        assertThat(ace.addresses()).isLessThan(96 * MIB);
        assertThat(ace.used()).isLessThan(2 * MIB);
    }

    @Test
    void allocatorsThatAreDroppedByALoopThatLivesOn() {
        Map<Maker, Growth> growth = LifeLab.run(Scenario.DROPPED_BY_A_LOOP, 80, options());
        Growth ace = growth.get(Maker.ACE);
        assertThat(ace.resident()).isLessThan(growth.get(Maker.POOLED).resident());
        assertThat(ace.resident()).isLessThan(48 * MIB);
        assertThat(ace.used()).isLessThan(2 * MIB);
    }

    @Test
    void loopsThatCameAndWent() {
        Map<Maker, Growth> growth = LifeLab.run(Scenario.LOOPS, 1000, options());
        assertThat(growth.get(Maker.ACE).used())
                .isLessThan(Math.max(
                                growth.get(Maker.POOLED).used(),
                                growth.get(Maker.ADAPTIVE).used())
                        + 2 * MIB);
    }

    @Test
    void buffersThatLieWideApart() {
        Map<Maker, Growth> growth = LifeLab.run(Scenario.SPARSE, 600_000, options());
        assertThat(growth.get(Maker.ACE).used())
                .isLessThan(growth.get(Maker.POOLED).used() + 4 * MIB);
    }
}
