/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ContainerLimitTest {
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    @Test
    void theLimitOfTheJvmHoldsWhereThereIsRoom() {
        assertThat(ContainerLimit.share(64 * MIB, 256 * MIB, 64 * MIB)).isEqualTo(64 * MIB);
        assertThat(ContainerLimit.share(4 * GIB, 16 * GIB, 4 * GIB)).isEqualTo(4 * GIB);
        assertThat(ContainerLimit.share(4 * GIB, Long.MAX_VALUE, 4 * GIB)).isEqualTo(4 * GIB);
    }

    @Test
    void aSmallContainerLeavesRoomForTheJvmItself() {
        assertThat(ContainerLimit.share(GIB, 256 * MIB, 48 * MIB)).isEqualTo(128 * MIB);
        assertThat(ContainerLimit.share(GIB, 512 * MIB, 128 * MIB)).isEqualTo(304 * MIB);
    }

    @Test
    void aLargeOneLeavesAnEighth() {
        assertThat(ContainerLimit.share(16 * GIB, 16 * GIB, 4 * GIB)).isEqualTo(10 * GIB);
    }

    @Test
    void atLeastAnEighthIsGiven() {
        assertThat(ContainerLimit.share(GIB, 128 * MIB, 64 * MIB)).isEqualTo(16 * MIB);
        assertThat(ContainerLimit.share(GIB, 256 * MIB, 256 * MIB)).isEqualTo(32 * MIB);
        assertThat(ContainerLimit.share(GIB, 0, 0)).isEqualTo(1);
    }
}
