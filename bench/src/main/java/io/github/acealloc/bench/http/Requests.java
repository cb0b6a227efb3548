/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.http;

import io.github.acealloc.bench.micro.SizeMix;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.charset.StandardCharsets;

/**
 * Encoded POST requests of mixed sizes, made once so that the client's work is small beside the server's.
 *
 * <p>Bodies have the sizes of the API gateway mix, up to 64 KiB. Every byte of a body is the number of its request, so
 * that an answer put together from wrong memory is noticed.
 */
final class Requests {
    /** Number of different requests: one for each value of a byte. */
    static final int COUNT = 256;

    private static final int MAX_BODY = 1 << 16;

    private final ByteBuf[] encoded = new ByteBuf[COUNT];
    private final int[] lengths = new int[COUNT];

    Requests() {
        int[] sizes = SizeMix.GATEWAY.table();
        for (int i = 0; i < COUNT; i++) {
            lengths[i] = Math.min(sizes[i], MAX_BODY);
            encoded[i] = encode((byte) i, lengths[i]);
        }
    }

    /** Returns a copy of the reference to a whole request, to be written and released by the channel. */
    ByteBuf encoded(int request) {
        return encoded[request].retainedDuplicate();
    }

    /** Returns the length of a request's body in bytes. */
    int length(int request) {
        return lengths[request];
    }

    void release() {
        for (ByteBuf request : encoded) {
            request.release();
        }
    }

    private static ByteBuf encode(byte value, int length) {
        String head = "POST /echo HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/octet-stream\r\n"
                + "accept: */*\r\nuser-agent: ace-bench\r\ncontent-length: " + length + "\r\n\r\n";
        ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(head.length() + length);
        buffer.writeCharSequence(head, StandardCharsets.US_ASCII);
        for (int i = 0; i < length; i++) {
            buffer.writeByte(value);
        }
        return buffer;
    }
}
