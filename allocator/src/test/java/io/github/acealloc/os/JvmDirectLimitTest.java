/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.BufferPoolMXBean;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;

/** The JVM is not asked for what it is known to have not; what is not known, it is asked for. */
class JvmDirectLimitTest {
    private static final long LIMIT = 100;

    private final AtomicLong capacity = new AtomicLong();
    private final JvmDirectLimit limit = new JvmDirectLimit(LIMIT, new BufferPoolMXBean() {
        @Override
        public String getName() {
            return "direct";
        }

        @Override
        public long getCount() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long getTotalCapacity() {
            return capacity.get();
        }

        @Override
        public long getMemoryUsed() {
            throw new UnsupportedOperationException();
        }

        @Override
        public ObjectName getObjectName() {
            return null;
        }
    });

    private void take(long bytes) {
        limit.taken(bytes);
        capacity.addAndGet(bytes);
    }

    private void give(long bytes) {
        limit.given(bytes);
        capacity.addAndGet(-bytes);
    }

    @Test
    void whatDoesNotFitBesideOurOwnIsRefusedWithoutAsking() {
        take(60);
        assertThat(limit.refuses(40)).isFalse();
        assertThat(limit.refuses(41)).isTrue();
        give(20);
        assertThat(limit.refuses(41)).isFalse();
    }

    @Test
    void whatDoesNotFitBecauseOfOthersIsAskedForOnceASecond() throws InterruptedException {
        take(10);
        capacity.addAndGet(80); // of somebody else's
        assertThat(limit.refuses(20)).as("may be garbage").isFalse();
        limit.refused();
        assertThat(limit.refuses(20)).as("was not, a moment ago").isTrue();
        assertThat(limit.refuses(10)).as("fits").isFalse();
        capacity.addAndGet(-80);
        assertThat(limit.refuses(20)).as("fits now").isFalse();
        capacity.addAndGet(80);
        Thread.sleep(1100);
        assertThat(limit.refuses(20)).as("may be garbage by now").isFalse();
    }

    /** What it says of this JVM is what the JVM was started with: the tests give it two gigabytes. */
    @Test
    void ofThisJvm() {
        assertThat(JvmDirectLimit.OF_THIS_JVM.toString()).startsWith((2L << 30) + " bytes by -XX:MaxDirectMemorySize");
        assertThat(JvmDirectLimit.OF_THIS_JVM.refuses(1)).isFalse();
        assertThat(JvmDirectLimit.OF_THIS_JVM.refuses((2L << 30) + 1)).isTrue();
    }
}
