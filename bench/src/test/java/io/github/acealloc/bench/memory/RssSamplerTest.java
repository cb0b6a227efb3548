/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class RssSamplerTest {
    private static final int MIB = 96;

    /** What the rest of this JVM may take or give meanwhile. */
    private static final double NOISE = 24;

    @Test
    void seesMemoryComeAndGo() throws Exception {
        try (RssSampler rss = new RssSampler(Duration.ofMillis(5))) {
            double start = rss.sample();
            ByteBuf buffer = MemoryWorkload.touched(new UnpooledByteBufAllocator(true), MIB << 20);
            double touched = rss.sample();
            Thread.sleep(100);
            double held = rss.sample();
            buffer.release();
            double released = rss.sample();

            Series above = rss.above(rss.above(0).at(start));
            assertThat(above.at(touched)).isBetween(MIB - NOISE, MIB + NOISE);
            assertThat(above.mean(touched, held)).isBetween(MIB - NOISE, MIB + NOISE);
            assertThat(above.max(start, released)).isBetween(MIB - NOISE, MIB + NOISE);
            assertThat(above.at(released)).isLessThan(NOISE);
        }
    }

    @Test
    void samplesByItselfUntilItIsClosed() throws Exception {
        RssSampler rss = new RssSampler(Duration.ofMillis(2));
        try (rss) {
            Thread.sleep(200);
        }
        Thread.sleep(50);
        int samples = rss.above(0).curve("s", 1, "MiB").points().size();
        Thread.sleep(50);

        assertThat(samples).isGreaterThan(10);
        assertThat(rss.above(0).curve("s", 1, "MiB").points()).hasSize(samples);
    }
}
