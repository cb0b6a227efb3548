/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.fuzz;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A buffer and its model: indices, and a seed from which every byte below the writer index follows.
 *
 * <p>A piece that shares its memory with another is frozen: both are only read from then on, on whatever threads. Every
 * other piece belongs to one thread at a time. A position of the pattern is an index plus the origin, which moves when
 * read bytes are discarded.
 */
final class Piece {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    final ByteBuf buf;
    final long seed;
    long origin;
    int reader;
    int writer;
    boolean frozen;

    /** Whether others have references, who only release them. */
    private boolean shared;

    /** A buffer in which nothing is known. */
    Piece(ByteBuf buf, long seed) {
        this(buf, seed, 0, 0, 0);
    }

    Piece(ByteBuf buf, long seed, long origin, int reader, int writer) {
        this.buf = buf;
        this.seed = seed;
        this.origin = origin;
        this.reader = reader;
        this.writer = writer;
    }

    /** The eight bytes that must be at an index, the first one highest. */
    long pattern(int index) {
        return Pattern.at(seed, origin + index);
    }

    byte patternByte(int index) {
        return Pattern.byteAt(seed, origin + index);
    }

    int readable() {
        return writer - reader;
    }

    /** How much may be written without getting larger than allowed. */
    int room() {
        return buf.maxCapacity() - writer;
    }

    /** Writes the next bytes of the pattern. */
    void fill(int n) {
        int end = writer + n;
        while (writer + Long.BYTES <= end) {
            buf.writeLong(pattern(writer));
            writer += Long.BYTES;
        }
        while (writer < end) {
            buf.writeByte(patternByte(writer));
            writer++;
        }
    }

    /** The pattern of some bytes. */
    void expected(int index, byte[] into, int n) {
        int i = 0;
        for (; i + Long.BYTES <= n; i += Long.BYTES) {
            LONGS.set(into, i, pattern(index + i));
        }
        for (; i < n; i++) {
            into[i] = patternByte(index + i);
        }
    }

    /** Everything: the indices, and every byte that is known. */
    void check() {
        checkIndices();
        int i = 0;
        for (; i + Long.BYTES <= writer; i += Long.BYTES) {
            expect(buf.getLong(i), pattern(i), i, "a check of everything");
        }
        for (; i < writer; i++) {
            expect(buf.getByte(i), patternByte(i), i, "a check of everything");
        }
    }

    void checkIndices() {
        if (buf.readerIndex() != reader || buf.writerIndex() != writer || buf.capacity() < writer) {
            throw new AssertionError("indices: " + buf + " (expected: " + this + ")");
        }
    }

    /** Reads that go another way than {@link ByteBuf#getLong}. */
    void expectBytes(byte[] found, int n, int index, String how) {
        int i = 0;
        for (; i + Long.BYTES <= n; i += Long.BYTES) {
            expect((long) LONGS.get(found, i), pattern(index + i), index + i, how);
        }
        for (; i < n; i++) {
            expect(found[i], patternByte(index + i), index + i, how);
        }
    }

    void expect(long found, long expected, int index, String how) {
        expect(found, expected, index, how, "");
    }

    void expect(long found, long expected, int index, String how, Object what) {
        if (found != expected) {
            throw new AssertionError("contents: " + Long.toHexString(found) + " at " + index + " by " + how + " " + what
                    + " (expected: " + Long.toHexString(expected) + ") in " + this + ", " + buf);
        }
    }

    /** Makes a reference for somebody who only releases it. */
    void share() {
        shared = true;
        buf.retain();
    }

    /** Checks everything and releases. */
    void release() {
        check();
        boolean last = buf.release();
        if (!frozen && !shared && !last) {
            throw new AssertionError("references: " + buf.refCnt() + " are left (expected: 0) of " + this);
        }
    }

    @Override
    public String toString() {
        return "piece " + Long.toHexString(seed) + ", origin: " + origin + ", ridx: " + reader + ", widx: " + writer
                + (frozen ? ", frozen" : "");
    }
}
