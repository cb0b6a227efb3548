/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.netty.ChildJvm;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vertx.test.Handler;
import org.junit.jupiter.api.Test;

/** A server that knows nothing of ACE has it, where Netty is told to load extensions. */
class AceExtensionTest {
    private static final String SWITCH = "-Dio.netty.bootstrap.extensions=serviceload";

    @Test
    void bothSidesGetIt() {
        String said = new ChildJvm().with(SWITCH).run(PlainServer.class);
        assertThat(said)
                .contains("server: AceByteBufAllocator", "client: AceByteBufAllocator", "echoed: true", "live: 0");
        assertThat(said.split("NioSocketChannel gets AceByteBufAllocator", -1))
                .as("said once")
                .hasSize(2);
    }

    @Test
    void withoutTheSwitchNothingHappens() {
        assertThat(new ChildJvm().run(PlainServer.class))
                .contains("echoed: true")
                .doesNotContain("AceByteBuf");
    }

    @Test
    void anAllocatorThatSomebodyHasChosenStays() {
        assertThat(new ChildJvm().with(SWITCH).run(PlainServer.class, "unpooled"))
                .contains("server: UnpooledByteBufAllocator", "client: AceByteBufAllocator", "echoed: true")
                .contains("keeps the allocator that was chosen for it: io.netty.buffer.UnpooledByteBufAllocator");
    }

    @Test
    void theSettingThatNamesAnAllocatorIsKeptTo() {
        assertThat(new ChildJvm().with(SWITCH, "-Dacealloc.allocator=pooled").run(PlainServer.class))
                .contains("server: PooledByteBufAllocator", "client: PooledByteBufAllocator", "echoed: true");
    }

    @Test
    void aWrongSettingIsSaidOnceAndTheServerRuns() {
        String said = new ChildJvm().with(SWITCH, "-Dacealloc.mode=fast").run(PlainServer.class);
        assertThat(said).contains("echoed: true").doesNotContain(": AceByteBuf");
        assertThat(said.split("no channel gets ACE-Alloc: acealloc.mode", -1))
                .as("said once")
                .hasSize(2);
    }

    private static ByteBufAllocator given(Channel channel, ByteBufAllocator before) {
        channel.config().setAllocator(before);
        new AceExtension().postInitializeClientChannel(channel);
        return channel.alloc();
    }

    @Test
    void whatIsMadeOfNettysClassesIsAChoice() {
        PooledByteBufAllocator own = new PooledByteBufAllocator() {};
        EmbeddedChannel channel = new EmbeddedChannel();
        assertThat(given(channel, own)).isSameAs(own);
        assertThat(given(channel, new AdaptiveByteBufAllocator())).isNotInstanceOf(AdaptiveByteBufAllocator.class);
        channel.finishAndReleaseAll();
    }

    @Test
    void channelsOfVertxKeepNettysAllocator() {
        EmbeddedChannel channel = new EmbeddedChannel(new Handler());
        ByteBufAllocator netty = new AdaptiveByteBufAllocator();
        assertThat(given(channel, netty)).isSameAs(netty);
        channel.finishAndReleaseAll();
    }
}
