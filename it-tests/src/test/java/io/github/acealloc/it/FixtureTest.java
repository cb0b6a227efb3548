/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The fixture's own proof: each thing that it is meant to catch is done once on purpose, and caught. */
final class FixtureTest {
    private static final int MADE = 5_000;

    private final AceFixture ace = AceFixture.withPatience(Duration.ofMillis(200));

    @BeforeEach
    void start() {
        ace.start();
    }

    @AfterEach
    void stop() {
        ace.stop();
    }

    @Test
    void anUnusedAllocatorIsClean() throws Exception {
        ace.assertClean();
    }

    @Test
    void aLeakIsCaughtAndReportedOnceWithWhereItWasTouched() {
        leak("leaked on purpose");
        assertThatThrownBy(ace::assertClean).hasMessageContainingAll("leaked on purpose", "FixtureTest.leak");
        assertThat(ace.leaks().collect()).isEmpty();
        assertThatThrownBy(ace::assertClean).hasMessageContaining("liveBytes");
    }

    private void leak(String hint) {
        // Netty tells each report once only; the time makes it a new one.
        ace.allocator().directBuffer(100).touch(hint + " at " + System.nanoTime());
    }

    @Test
    void aLeakOnAnEventLoopIsCaught() throws Exception {
        ace.loops(Transport.NIO, 1)
                .next()
                .submit(() -> leak("leaked on a loop"))
                .sync();
        assertThatThrownBy(ace::assertClean).hasMessageContainingAll("leaked on a loop", "FixtureTest.leak");
    }

    /** No lots are drawn at PARANOID, whatever the rate and wherever the buffers come from. */
    @Test
    void eachBufferIsFollowedAndCounted() throws Exception {
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
        assertAllFollowed();
        assertThat(ace.stats().allocations()).isEqualTo(MADE);
        ace.loops(Transport.NIO, 1).next().submit(this::assertAllFollowed).sync();
        assertThat(ace.stats().allocations()).isEqualTo(2 * MADE);
    }

    private void assertAllFollowed() {
        int followed = 0;
        for (int i = 0; i < MADE; i++) {
            ByteBuf buf = ace.allocator().buffer(64);
            followed += buf.getClass().getSimpleName().contains("LeakAware") ? 1 : 0;
            buf.release();
        }
        assertThat(followed).as("buffers followed by the leak detector").isEqualTo(MADE);
    }

    @Test
    void aLiveBufferIsCaught() throws Exception {
        ByteBuf live = ace.allocator().directBuffer(1000);
        assertThatThrownBy(ace::assertClean).hasMessageContaining("liveBytes of live: 1024,");
        live.release();
        ace.assertClean();
    }

    @Test
    void aFailureInAHandlerIsCaught() throws Exception {
        Loops loops = ace.loops(Transport.NIO, 1);
        Channel server = loops.serve(pipeline -> pipeline.addLast(new ChannelInboundHandlerAdapter() {
            @Override
            public void channelActive(ChannelHandlerContext ctx) {
                throw new IllegalStateException("thrown on purpose");
            }
        }));
        loops.connect(server, pipeline -> {});
        assertThatThrownBy(() -> ace.await(new CompletableFuture<>())).hasMessageContaining("thrown on purpose");
        assertThatThrownBy(ace::assertClean).hasMessageContaining("thrown on purpose");
    }

    @Test
    void aMessageThatNobodyTakesIsCaught() throws Exception {
        Loops loops = ace.loops(Transport.NIO, 1);
        Channel server = loops.serve(pipeline -> {});
        loops.connect(server, pipeline -> {})
                .writeAndFlush(ace.allocator().buffer().writeByte(1))
                .sync();
        assertThatThrownBy(() -> ace.await(new CompletableFuture<>())).hasMessageContaining("nobody took");
    }

    @Test
    void anErrorInTheAllocatorsLogIsCaught() {
        InternalLoggerFactory.getInstance(AllocatorLog.NAME + ".SomeClass").error("logged on purpose");
        assertThatThrownBy(ace::assertClean).hasMessageContaining("logged: logged on purpose");
    }

    @Test
    void aWrongByteIsCaught() {
        Payload payload = new Payload(7, 100_000);
        ByteBuf buf = payload.writeTo(ace.allocator().buffer());
        payload.checkWhole(buf);
        payload.check(buf.slice(50_000, 10), 50_000);
        buf.setByte(99_999, 'z');
        assertThatThrownBy(() -> payload.checkWhole(buf)).hasMessageContaining("wrong byte at 99999");
        assertThatThrownBy(() -> new Payload(8, 100_000).checkWhole(buf)).hasMessageContaining("wrong byte at ");
        assertThatThrownBy(() -> payload.check(buf, 1)).hasMessageContaining("(expected: <= 100000)");
        buf.release();
    }

    @Test
    void lostBytesAreToldFromForeignOnes() {
        Payload payload = new Payload(7, 1_500_000);
        ByteBuf later = payload.writeTo(Unpooled.buffer(), 1_200_000, 100);
        assertThatThrownBy(() -> payload.check(later, 1_100_000))
                .isInstanceOf(LostBytes.class)
                .hasMessageContaining("what belongs at 1200000");
        assertThatThrownBy(() -> payload.check(later, 1_300_000))
                .as("earlier ones are repeated, not lost")
                .isNotInstanceOf(LostBytes.class)
                .hasMessageContaining("what belongs at 19999"); // the noise begins anew after 1,000,003
        ByteBuf foreign = new Payload(8, 100).writeTo(Unpooled.buffer());
        assertThatThrownBy(() -> new Payload(7, 1000).check(foreign, 0))
                .isNotInstanceOf(LostBytes.class)
                .hasMessageContaining("another payload");
        assertThatThrownBy(() -> payload.check(Unpooled.wrappedBuffer(new byte[100]), 0))
                .isNotInstanceOf(LostBytes.class)
                .hasMessageContaining("in no payload");
        assertThatThrownBy(() -> payload.check(Unpooled.wrappedBuffer(new byte[10]), 0))
                .isNotInstanceOf(LostBytes.class)
                .hasMessageContaining("too little to tell");
    }

    @ParameterizedTest
    @MethodSource(Transport.ALL)
    void allChannelsAreOnTheAllocator(Transport transport) throws Exception {
        Loops loops = ace.loops(transport, 1);
        CompletableFuture<ByteBufAllocator> accepted = new CompletableFuture<>();
        Channel server =
                loops.serve(pipeline -> accepted.complete(pipeline.channel().alloc()));
        Channel client = loops.connect(server, ChannelPipeline::firstContext);
        assertThat(List.of(ace.await(accepted), client.alloc(), server.alloc())).containsOnly(ace.allocator());
        ace.assertClean();
    }
}
