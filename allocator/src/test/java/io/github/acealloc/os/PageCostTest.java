/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** What giving a page back and using it again costs. */
class PageCostTest {
    /** Memory whose purges take long, fail or are refused. */
    private static class Fake implements OsMemory {
        int held;

        @Override
        public Region reserve(int bytes) {
            held++;
            return Region.direct(ByteBuffer.allocateDirect(bytes), this, 0);
        }

        @Override
        public void release(Region region) {
            held--;
        }

        @Override
        public boolean isDirect() {
            return true;
        }
    }

    @Test
    void aSlowSystemIsSeenToBeSlow() {
        Fake slow = new Fake() {
            @Override
            public boolean purge(Region region, int from, int bytes) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
                return true;
            }
        };
        assertThat(PageCost.measure(slow)).isBetween(2e6 / 64, 100_000.0);
        assertThat(slow.held).isZero();
    }

    @Test
    void aSourceThatKeepsItsPagesHasTheUsualCost() {
        Fake keeps = new Fake();
        assertThat(PageCost.measure(keeps)).isEqualTo(PageCost.UNMEASURED);
        assertThat(keeps.held).isZero();
        assertThat(PageCost.measure(new HeapMemory())).isEqualTo(PageCost.UNMEASURED);
    }

    @Test
    void aSystemWithoutMemoryHasTheUsualCost() {
        Fake full = new Fake() {
            @Override
            public Region reserve(int bytes) {
                throw new OutOfMemoryError("for the test");
            }
        };
        assertThat(PageCost.measure(full)).isEqualTo(PageCost.UNMEASURED);
    }

    @Test
    void thisSystemTakesTimeForAPage() {
        assertThat(PageCost.measure(OsMemory.direct())).isBetween(50.0, 100_000.0);
    }
}
