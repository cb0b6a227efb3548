/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;

/** A channel from and to memory that moves a few bytes at a time, as sockets do. */
final class MemoryChannel implements GatheringByteChannel, ScatteringByteChannel {
    private final ByteBuffer input;
    private final int most;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    /** Gives these bytes, and moves so many in one call at most. */
    MemoryChannel(byte[] input, int most) {
        this.input = ByteBuffer.wrap(input);
        this.most = most;
    }

    byte[] written() {
        return output.toByteArray();
    }

    @Override
    public int read(ByteBuffer dst) {
        if (!input.hasRemaining()) {
            return -1;
        }
        int n = Math.min(Math.min(dst.remaining(), most), input.remaining());
        for (int i = 0; i < n; i++) {
            dst.put(input.get());
        }
        return n;
    }

    @Override
    public int write(ByteBuffer src) {
        int n = Math.min(src.remaining(), most);
        for (int i = 0; i < n; i++) {
            output.write(src.get());
        }
        return n;
    }

    @Override
    public long write(ByteBuffer[] srcs, int offset, int length) {
        long n = 0;
        for (int i = offset; i < offset + length; i++) {
            n += write(srcs[i]);
        }
        return n;
    }

    @Override
    public long write(ByteBuffer[] srcs) {
        return write(srcs, 0, srcs.length);
    }

    @Override
    public long read(ByteBuffer[] dsts, int offset, int length) {
        return read(dsts[offset]);
    }

    @Override
    public long read(ByteBuffer[] dsts) {
        return read(dsts, 0, dsts.length);
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public void close() {
        // memory needs no closing
    }
}
