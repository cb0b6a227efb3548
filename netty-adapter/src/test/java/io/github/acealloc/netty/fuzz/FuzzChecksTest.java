/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.acealloc.AceConfig;
import io.github.acealloc.netty.AceByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.buffer.UnpooledHeapByteBuf;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Each law of the model broken on purpose: the check that guards it fires. */
class FuzzChecksTest {
    private static final long SEED = 7;
    private static final long OPERATIONS = 200_000;
    private static final int AT = 500;
    private static final int MOST_LATER = 10_000;

    private final AceByteBufAllocator ace = new AceByteBufAllocator(AceConfig.from(untracked()));

    /** Some buffers are lost on purpose here: no leak is to be reported, in whatever test runs then. */
    private static Properties untracked() {
        Properties settings = new Properties();
        settings.setProperty("acealloc.leakTrackedPerSecond", "0");
        return settings;
    }

    /** Some buffers from the 500th on are treated; the programs do not know. */
    private ByteBufAllocator faulty(int most, UnaryOperator<ByteBuf> fault) {
        AtomicInteger count = new AtomicInteger();
        return (ByteBufAllocator) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ByteBufAllocator.class}, (proxy, method, arguments) -> {
                    Object result;
                    try {
                        result = method.invoke(ace, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    boolean counts = method.getName().equals("directBuffer") && arguments.length == 2;
                    int n = counts ? count.incrementAndGet() - AT : -1;
                    return n >= 0 && n < most ? fault.apply((ByteBuf) result) : result;
                });
    }

    private Throwable failureOf(ByteBufAllocator seen) {
        Throwable failure = catchThrowable(() -> new Round(ace, seen, SEED, OPERATIONS / 20).run(OPERATIONS, false));
        return failure == null || failure.getCause() == null ? failure : failure.getCause();
    }

    @Test
    void nothingIsFoundWhereNothingIsBroken() {
        assertThat(failureOf(ace)).isNull();
    }

    @Test
    void aBlockThatIsHandedOutTwiceIsFound() {
        Piece first = new Piece(ace.directBuffer(64, 64), 1);
        first.fill(64);
        Piece second = new Piece(first.buf.duplicate().clear(), 2);
        second.fill(40);
        assertThatThrownBy(first::check).isInstanceOf(AssertionError.class).hasMessageStartingWith("contents: ");
        second.check();
    }

    /** From the 500th buffer on, each one's memory is also somebody else's, who writes there at the next allocation. */
    @Test
    void aBlockThatIsHandedOutTwiceIsFoundByThePrograms() {
        AtomicReference<ByteBuf> shared = new AtomicReference<>();
        Program alone = new Program(
                faulty(Integer.MAX_VALUE, buf -> {
                    ByteBuf last = shared.getAndSet(buf);
                    if (last != null && last.refCnt() > 0) {
                        last.setZero(0, last.capacity());
                    }
                    return buf;
                }),
                SEED);
        alone.meet(List.of(alone));
        assertThatThrownBy(() -> alone.run(OPERATIONS))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("contents: ");
    }

    @Test
    void eachByteThatChangesIsFound() {
        Piece piece = new Piece(ace.heapBuffer(77, 77), 3);
        piece.fill(77);
        for (int i = 0; i < 77; i++) {
            byte was = piece.buf.getByte(i);
            piece.buf.setByte(i, was ^ 4);
            assertThatThrownBy(piece::check)
                    .hasMessageStartingWith("contents: ")
                    .hasMessageContaining("(expected: ");
            piece.buf.setByte(i, was);
            piece.check();
        }
        piece.release();
    }

    @Test
    void aWriteThroughAStaleViewIsFound() {
        ByteBuf old = ace.directBuffer(128, 128);
        ByteBuffer stale = old.nioBuffer(0, 128);
        old.release();
        List<Piece> later = new ArrayList<>();
        Piece piece;
        do {
            piece = new Piece(ace.directBuffer(128, 128), later.size());
            piece.fill(128);
            later.add(piece);
        } while (stale.getLong(0) != piece.pattern(0) && later.size() < MOST_LATER);
        assertThat(stale.getLong(0))
                .as("one of the later ones has the same block")
                .isEqualTo(piece.pattern(0));
        stale.put(100, (byte) ~stale.get(100));
        assertThatThrownBy(later.get(later.size() - 1)::check).hasMessageStartingWith("contents: ");
    }

    @Test
    void aWriteThatIsLostIsFound() {
        Piece piece = new Piece(new Forgetful(), 5);
        Hand hand = new Hand();
        assertThatThrownBy(() -> {
                    for (int step = 0; step < 10_000; step++) {
                        hand.dice.restart(SEED, step);
                        Numbers.step(piece, hand);
                    }
                })
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("contents: ")
                .hasMessageContaining("INT");
    }

    /** Takes no ints in place. */
    private static final class Forgetful extends UnpooledHeapByteBuf {
        Forgetful() {
            super(UnpooledByteBufAllocator.DEFAULT, 64, 64);
        }

        @Override
        public ByteBuf setInt(int index, int value) {
            return this;
        }
    }

    @Test
    void indicesThatMoveAreFound() {
        Piece piece = new Piece(ace.directBuffer(64, 64), 6);
        piece.fill(64);
        piece.buf.readerIndex(1);
        assertThatThrownBy(piece::check).hasMessageStartingWith("indices: ");
    }

    @Test
    void aReferenceThatIsLeftIsFound() {
        Piece piece = new Piece(ace.directBuffer(64, 64), 7);
        piece.buf.retain();
        assertThatThrownBy(piece::release).hasMessageStartingWith("references: 1 are left");
    }

    @Test
    void aBufferThatIsKeptIsFoundInTheAccount() {
        AtomicReference<ByteBuf> kept = new AtomicReference<>();
        Throwable failure = failureOf(faulty(1, buf -> {
            kept.set(ace.directBuffer(4000));
            return buf;
        }));
        assertThat(failure).isInstanceOf(AssertionError.class).hasMessageStartingWith("live bytes: ");
        kept.get().release();
        assertThat(ace.stats().liveBytes()).isZero();
    }

    /** The same seed has each program do the same, whatever the others do meanwhile. */
    @Test
    void aProgramRepeatsItself() {
        long[] steps = new long[2];
        long[] sums = new long[2];
        for (int run = 0; run < 2; run++) {
            Program alone = new Program(ace, SEED);
            Program silent = new Program(ace, SEED + 1);
            alone.meet(List.of(silent));
            alone.run(50_000);
            steps[run] = alone.hand.operations;
            sums[run] = silent.inbox.stream()
                    .mapToLong(piece -> piece.seed ^ piece.writer)
                    .sum();
            alone.releaseAll();
            silent.releaseAll();
        }
        assertThat(steps[0]).isEqualTo(steps[1]);
        assertThat(sums[0]).isEqualTo(sums[1]);
        assertThat(ace.violations()).isEmpty();
        assertThat(ace.stats().liveBytes()).isZero();
    }
}
