/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static java.nio.ByteOrder.BIG_ENDIAN;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import org.junit.jupiter.api.Nested;

/** Every buffer keeps Netty's contract: both kinds, both byte orders, on and beside its event loop. */
class ByteBufContractTest {

    @Nested
    class DirectBigEndian extends ByteBufContract {
        DirectBigEndian() {
            super(Kind.DIRECT, BIG_ENDIAN, Threads.PLAIN);
        }
    }

    @Nested
    class DirectLittleEndian extends ByteBufContract {
        DirectLittleEndian() {
            super(Kind.DIRECT, LITTLE_ENDIAN, Threads.PLAIN);
        }
    }

    @Nested
    class HeapBigEndian extends ByteBufContract {
        HeapBigEndian() {
            super(Kind.HEAP, BIG_ENDIAN, Threads.PLAIN);
        }
    }

    @Nested
    class HeapLittleEndian extends ByteBufContract {
        HeapLittleEndian() {
            super(Kind.HEAP, LITTLE_ENDIAN, Threads.PLAIN);
        }
    }

    @Nested
    class DirectBigEndianReleasedElsewhere extends ByteBufContract {
        DirectBigEndianReleasedElsewhere() {
            super(Kind.DIRECT, BIG_ENDIAN, Threads.LOOP_TO_OTHER);
        }
    }

    @Nested
    class DirectLittleEndianReleasedElsewhere extends ByteBufContract {
        DirectLittleEndianReleasedElsewhere() {
            super(Kind.DIRECT, LITTLE_ENDIAN, Threads.LOOP_TO_OTHER);
        }
    }

    @Nested
    class HeapBigEndianReleasedElsewhere extends ByteBufContract {
        HeapBigEndianReleasedElsewhere() {
            super(Kind.HEAP, BIG_ENDIAN, Threads.LOOP_TO_OTHER);
        }
    }

    @Nested
    class HeapLittleEndianReleasedElsewhere extends ByteBufContract {
        HeapLittleEndianReleasedElsewhere() {
            super(Kind.HEAP, LITTLE_ENDIAN, Threads.LOOP_TO_OTHER);
        }
    }

    @Nested
    class DirectBigEndianOnLoop extends ByteBufContract {
        DirectBigEndianOnLoop() {
            super(Kind.DIRECT, BIG_ENDIAN, Threads.LOOP);
        }
    }

    @Nested
    class DirectLittleEndianOnLoop extends ByteBufContract {
        DirectLittleEndianOnLoop() {
            super(Kind.DIRECT, LITTLE_ENDIAN, Threads.LOOP);
        }
    }

    @Nested
    class HeapBigEndianOnLoop extends ByteBufContract {
        HeapBigEndianOnLoop() {
            super(Kind.HEAP, BIG_ENDIAN, Threads.LOOP);
        }
    }

    @Nested
    class HeapLittleEndianOnLoop extends ByteBufContract {
        HeapLittleEndianOnLoop() {
            super(Kind.HEAP, LITTLE_ENDIAN, Threads.LOOP);
        }
    }
}
