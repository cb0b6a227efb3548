/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.netty.AwayOwner.Program;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What others have released goes back although the loop that owns it is away, as with Netty's allocators. */
@ExtendWith(NoLeakDetection.class)
class AwayOwnerTest {
    private static final int BYTES = 32 << 20;

    /** Two purge delays, and what a busy machine takes. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

    static Stream<Arguments> programs() {
        return Stream.of(Program.values())
                .flatMap(
                        program -> Stream.of(Contestant.values()).map(contestant -> Arguments.of(program, contestant)));
    }

    @ParameterizedTest
    @MethodSource("programs")
    void isServed(Program program, Contestant contestant) {
        String said = new ChildJvm()
                .with("-Xmx160m", "-XX:MaxDirectMemorySize=128m")
                .with("-Dio.netty.leakDetection.level=disabled")
                .with(program.needsSilence ? "-Dacealloc.purgeDelayMillis=1000" : "-Dacealloc.purgeDelayMillis=600000")
                .run(AwayOwner.class, program.name(), contestant.name());
        assertThat(said).contains("served");
    }

    /** Nobody needs anything, and nobody asks. */
    @ParameterizedTest
    @EnumSource(Kind.class)
    void inSilenceItGoesBackByItself(Kind kind) throws InterruptedException {
        CountDownLatch until = new CountDownLatch(1);
        AceByteBufAllocator allocator = new AceByteBufAllocator();
        try (Loop away = new Loop()) {
            List<ByteBuf> bufs = away.call(() -> {
                List<ByteBuf> all = new ArrayList<>();
                for (int done = 0; done < BYTES; done += 2048) {
                    all.add(kind.allocate(allocator, 2048));
                }
                return all;
            });
            away.executor().execute(() -> await(until));
            long committed = committed(allocator);
            bufs.forEach(ByteBuf::release);
            long start = System.nanoTime();
            while (committed(allocator) > committed / 8) {
                assertThat(System.nanoTime() - start)
                        .as("nanos of silence, %d of %d bytes left", committed(allocator), committed)
                        .isLessThan(PATIENCE_NANOS);
                Thread.sleep(20);
            }
            assertThat(allocator.stats().liveBytes()).isZero();
            until.countDown();
            away.run(() -> kind.allocate(allocator, 2048).release());
            Laws.assertClosesClean(allocator, away);
        } finally {
            until.countDown();
        }
    }

    private static long committed(AceByteBufAllocator allocator) {
        return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
