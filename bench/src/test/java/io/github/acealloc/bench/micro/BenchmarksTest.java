/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.acealloc.bench.AllocatorKind;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs the benchmarks' own code once, without JMH: they give back every buffer, and keep as many as they say. */
class BenchmarksTest {
    @ParameterizedTest
    @EnumSource
    void patternKeepsItsBuffersAndGivesThemBack(BufferKind kind) throws Exception {
        onEventLoop(kind, allocator -> {
            AllocationPattern pattern = new AllocationPattern();
            pattern.mix = SizeMix.WEBSOCKET;
            pattern.live = 1024;
            pattern.touch = true;
            pattern.fill(allocator);
            for (int i = 0; i < 10_000; i++) {
                pattern.step(allocator);
                pattern.floor();
            }
            assertThat(used(allocator)).isBetween(1024L * 1500, 1024L * 4000);
            pattern.empty();
        });
    }

    @ParameterizedTest
    @EnumSource
    void tinyHotGivesBackItsBuffers(BufferKind kind) throws Exception {
        onEventLoop(kind, allocator -> {
            TinyHot tinyHot = new TinyHot();
            tinyHot.batch(allocator);
            assertThat(tinyHot.singlePair(allocator)).isTrue();
        });
    }

    @ParameterizedTest
    @EnumSource
    void mixedGivesBackItsBuffers(BufferKind kind) throws Exception {
        onEventLoop(kind, allocator -> {
            Mixed mixed = new Mixed();
            mixed.fill(allocator);
            for (int i = 0; i < 10_000; i++) {
                mixed.step(allocator);
            }
            assertThat(used(allocator)).isBetween(Mixed.SLOTS * 400L, Mixed.SLOTS * 700L);
            mixed.empty();
        });
    }

    @ParameterizedTest
    @EnumSource
    void accessReadsWhatItWrote(BufferKind kind) throws Exception {
        onEventLoop(kind, allocator -> {
            Access access = new Access();
            access.allocate(allocator);
            assertThat(access.bytes()).isEqualTo(-Access.BYTES / 2);
            assertThat(access.ints()).isEqualTo((Access.INTS - 1) * Access.BYTES / 2);
            assertThat(access.longs()).isEqualTo((Access.LONGS - 1L) * Access.BYTES / 2);
            assertThat(access.buffer().readableBytes()).isEqualTo(Access.BYTES);
            access.array();
            access.release();
        });
    }

    @Test
    void nothingIsMeasuredOnAThreadThatIsNoEventLoop() {
        AllocatorState state = new AllocatorState();
        state.allocator = AllocatorKind.UNPOOLED;
        state.kind = BufferKind.DIRECT;

        assertThatIllegalStateException()
                .isThrownBy(state::create)
                .withMessageContaining("expected: an event loop")
                .withMessageContaining(EventLoopExecutor.SELECT);
    }

    private static void onEventLoop(BufferKind kind, Consumer<AllocatorState> benchmark) throws Exception {
        EventLoopExecutor executor = new EventLoopExecutor(1, "test");
        try {
            Callable<Long> task = () -> {
                AllocatorState state = new AllocatorState();
                state.allocator = AllocatorKind.UNPOOLED;
                state.kind = kind;
                state.create();
                benchmark.accept(state);
                return used(state);
            };
            assertThat(executor.submit(task).get(10, TimeUnit.SECONDS)).isZero();
        } finally {
            executor.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
        }
    }

    private static long used(AllocatorState state) {
        ByteBufAllocatorMetric metric = ((ByteBufAllocatorMetricProvider) state.instance).metric();
        return state.kind == BufferKind.DIRECT ? metric.usedDirectMemory() : metric.usedHeapMemory();
    }
}
