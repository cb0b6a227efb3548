/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.os.OsMemory;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Break-even intervals computed by hand, at one core for each GB (a price of 1e-9). */
class EconomicsTest {
    private static final Offset<Double> EXACTLY = Offset.offset(1e-9);

    private final Economics economics = new Economics(1e-9, 160);

    @Test
    void aBlockLiesAsLongAsItsShareOfARefillPays() {
        assertThat(economics.tau(64, 16)).isEqualTo(160.0 / 16 / (64 * 1e-9), Offset.offset(1e-3));
        assertThat(economics.tau(64, 0)).as("one block at a time").isEqualTo(economics.tau(64, 1));
    }

    @Test
    void aPageLiesAsLongAsPays() {
        double pageNanos = 2.5 * OsMemory.PAGE;
        assertThat(economics.pageTau(pageNanos)).isEqualTo(2.5e9, Offset.offset(1.0));
        assertThat(economics.pageDelay(pageNanos, 1e9)).isEqualTo(economics.pageTau(pageNanos), EXACTLY);
    }

    @Test
    void aPageLiesForOneToSoManyPurgeDelays() {
        assertThat(economics.pageDelay(0.1 * OsMemory.PAGE, 1e9))
                .as("dear memory")
                .isEqualTo(1e9, EXACTLY);
        assertThat(economics.pageDelay(100.0 * OsMemory.PAGE, 1e9))
                .as("dear pages")
                .isEqualTo(Economics.MOST_PURGE_DELAYS * 1e9, EXACTLY);
        assertThat(economics.pageDelay(100.0 * OsMemory.PAGE, 0))
                .as("at once, if that was set")
                .isZero();
    }

    @Test
    void theBatchGrowsWithTheRootOfTheFlow() {
        double batch = economics.batch(1024, 1e-6);
        assertThat(batch).isEqualTo(Math.sqrt(2 * 1e-6 * 80 / (1024 * 1e-9)), Offset.offset(1e-9));
        assertThat(economics.batch(1024, 4e-6)).isEqualTo(2 * batch, Offset.offset(1e-9));
        assertThat(economics.batch(1024, 0)).isZero();
    }
}
