/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.Random;

/** Bytes that anybody can make and check from two numbers, repetitive enough to be worth compressing. */
public record Payload(int seed, int size) {
    private static final byte[] NOISE = noise();

    /** So many bytes occur in the noise only once: 2<sup>96</sup> possibilities, 10<sup>6</sup> places. */
    private static final int WINDOW = 24;

    private static byte[] noise() {
        byte[] noise = new byte[1_000_003];
        Random random = new Random(42);
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (byte) ('a' + random.nextInt(16));
        }
        return noise;
    }

    private static int start(int seed, long from) {
        return (int) ((Integer.toUnsignedLong(seed * 0x9E3779B9) + from) % NOISE.length);
    }

    /** Appends a part of the bytes in bulk, which a followed buffer records once; a buffer that cannot grow is released. */
    public ByteBuf writeTo(ByteBuf buf, long from, int length) {
        try {
            append(buf, from, length);
            return buf;
        } catch (Throwable e) {
            buf.release();
            throw e;
        }
    }

    private void append(ByteBuf buf, long from, int length) {
        int at = start(seed, from);
        for (int left = length; left > 0; ) {
            int n = Math.min(left, NOISE.length - at);
            buf.writeBytes(NOISE, at, n);
            left -= n;
            at = 0;
        }
    }

    public ByteBuf writeTo(ByteBuf buf) {
        return writeTo(buf, 0, size);
    }

    /** All of it, for those who don't take buffers. */
    byte[] bytes() {
        byte[] bytes = new byte[size];
        writeTo(Unpooled.wrappedBuffer(bytes).clear());
        return bytes;
    }

    /** Holds all readable bytes against the part that begins at {@code from}; indices stay. */
    void check(ByteBuf buf, long from) {
        byte[] actual = new byte[buf.readableBytes()];
        buf.getBytes(buf.readerIndex(), actual);
        if (from + actual.length > size) {
            throw new AssertionError(
                    this + ": " + actual.length + " bytes at " + from + " (expected: <= " + size + ")");
        }
        int at = start(seed, from);
        for (int done = 0; done < actual.length; ) {
            int n = Math.min(actual.length - done, NOISE.length - at);
            int wrong = Arrays.mismatch(actual, done, done + n, NOISE, at, at + n);
            if (wrong >= 0) {
                throw wrongBytes(actual, done + wrong, from + done + wrong, NOISE[at + wrong]);
            }
            done += n;
            at = 0;
        }
    }

    /** Tells whether wrong bytes are this payload's own, so that some before them were lost, or somebody else's. */
    private AssertionError wrongBytes(byte[] actual, int index, long position, byte expected) {
        String message = this + ": wrong byte at " + position + ": " + actual[index] + " (expected: " + expected + "), "
                + index + " of " + actual.length + " just read; there begins ";
        if (actual.length - index < WINDOW) {
            return new AssertionError(message + "too little to tell whose it is");
        }
        for (int i = 0; i < NOISE.length; i++) {
            if (isNoiseAt(i, actual, index)) {
                int own = Math.floorMod(i - start(seed, 0), NOISE.length);
                for (long at = own; at < size; at += NOISE.length) {
                    if (at > position) {
                        return new LostBytes(message + "what belongs at " + at);
                    }
                }
                return new AssertionError(message + (own < size ? "what belongs at " + own : "another payload"));
            }
        }
        return new AssertionError(message + "what is in no payload");
    }

    private static boolean isNoiseAt(int i, byte[] actual, int from) {
        for (int k = 0; k < WINDOW; k++) {
            if (NOISE[(i + k) % NOISE.length] != actual[from + k]) {
                return false;
            }
        }
        return true;
    }

    /** Holds all readable bytes against the whole. */
    public void checkWhole(ByteBuf buf) {
        if (buf.readableBytes() != size) {
            throw new AssertionError(this + ": " + buf.readableBytes() + " bytes (expected: " + size + ")");
        }
        check(buf, 0);
    }

    void checkWhole(byte[] bytes) {
        checkWhole(Unpooled.wrappedBuffer(bytes));
    }
}
