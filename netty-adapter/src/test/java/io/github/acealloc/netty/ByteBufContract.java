/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AbstractPooledByteBufTest;
import io.netty.buffer.ByteBuf;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Netty's published contract of a pooled {@code ByteBuf}, for one kind, byte order and way of using it. */
abstract class ByteBufContract extends AbstractPooledByteBufTest {

    /** Which thread has the heap, and which one uses the buffer. */
    enum Threads {
        /** A plain thread does both, through the stripes. */
        PLAIN,
        /** An event loop allocates; the test's thread uses and releases: blocks come home by the remote queue. */
        LOOP_TO_OTHER,
        /** An event loop does both. */
        LOOP
    }

    private static Loop loop;

    private final Kind kind;
    private final ByteOrder order;
    private final Threads threads;
    private AceByteBufAllocator allocator;

    @RegisterExtension
    final OnLoop onLoop;

    ByteBufContract(Kind kind, ByteOrder order, Threads threads) {
        this.kind = kind;
        this.order = order;
        this.threads = threads;
        onLoop = new OnLoop(() -> threads == Threads.LOOP ? loop : null);
    }

    @BeforeAll
    static void startLoop() {
        loop = new Loop();
    }

    @AfterAll
    static void endLoop() {
        loop.close();
    }

    @Override
    @BeforeEach
    public void init() {
        allocator = new AceByteBufAllocator();
        super.init();
    }

    @Override
    @AfterEach
    public void dispose() {
        super.dispose();
        Laws.assertClosesClean(allocator, loop);
    }

    @Override
    protected ByteBuf alloc(int length, int maxCapacity) {
        return threads == Threads.PLAIN
                ? allocate(length, maxCapacity)
                : loop.call(() -> allocate(length, maxCapacity));
    }

    @SuppressWarnings("deprecation") // byte orders are deprecated, and yet part of the contract
    private ByteBuf allocate(int length, int maxCapacity) {
        ByteBuf buf = kind.allocate(allocator, length, maxCapacity).order(order);
        assertThat(buf.order()).isSameAs(order);
        assertThat(buf.isDirect()).isEqualTo(kind == Kind.DIRECT);
        return buf;
    }

    private static AceByteBuf ace(ByteBuf buf) {
        ByteBuf inner = buf;
        while (!(inner instanceof AceByteBuf)) {
            inner = inner.unwrap();
        }
        return (AceByteBuf) inner;
    }

    private static Object place(ByteBuf buf) {
        AceByteBuf ace = ace(buf);
        return ace.slab() + "#" + ace.blockId();
    }

    /** In Netty's own this looks into {@code PooledByteBuf}; here, into the binding. */
    @Override
    @Test
    public void testMaxFastWritableBytes() {
        ByteBuf buf = newBuffer(150, 500).writerIndex(100);
        assertThat(buf.writableBytes()).isEqualTo(50);
        assertThat(buf.capacity()).isEqualTo(150);
        assertThat(buf.maxCapacity()).isEqualTo(500);
        assertThat(buf.maxWritableBytes()).isEqualTo(400);

        int slotBytes = ace(buf).slab().blockBytes();
        assertThat(slotBytes).isBetween(150, 499);
        assertThat(buf.maxFastWritableBytes()).isEqualTo(slotBytes - 100);

        Object placeBefore = place(buf);
        buf.writeBytes(new byte[slotBytes - 100]);
        assertThat(place(buf)).as("the slot is not left before it is full").isEqualTo(placeBefore);
        assertThat(buf.maxFastWritableBytes()).isZero();
        buf.writeByte(7);
        assertThat(place(buf)).as("one byte more needs another slot").isNotEqualTo(placeBefore);

        buf.capacity(500);
        assertThat(buf.maxFastWritableBytes()).as("never above maxCapacity").isEqualTo(500 - buf.writerIndex());
        buf.release();
    }

    /** In Netty's own this looks into {@code PooledByteBuf}; here, into the binding. */
    @Override
    @Test
    public void testEnsureWritableDoesntGrowTooMuch() {
        ByteBuf buf = newBuffer(150, 500).writerIndex(100);
        assertThat(buf.writableBytes()).isEqualTo(50);
        int fastWritable = buf.maxFastWritableBytes();
        assertThat(fastWritable).isGreaterThan(50);

        Object placeBefore = place(buf);
        buf.ensureWritable(fastWritable);
        assertThat(place(buf)).as("growth within the slot stays there").isEqualTo(placeBefore);
        assertThat(buf.capacity()).isEqualTo(100 + fastWritable);
        assertThat(buf.maxFastWritableBytes()).isEqualTo(buf.writableBytes());
        buf.release();
    }
}
