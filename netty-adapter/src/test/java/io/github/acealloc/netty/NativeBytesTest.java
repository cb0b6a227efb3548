/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.buffer.ByteBuf;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Access by address reads and writes big-endian values, unaligned, and never outside of its buffer. */
@ExtendWith(NoLeakDetection.class)
class NativeBytesTest {
    private static final int BYTES = 24;

    private final AceByteBufAllocator allocator = new AceByteBufAllocator();
    private AceDirectByteBuf buf;

    @BeforeEach
    void allocate() {
        assumeTrue(NativeBytes.AVAILABLE, "this JVM lets nobody access memory by address");
        buf = (AceDirectByteBuf) allocator.directBuffer(BYTES, BYTES);
        buf.setZero(0, BYTES);
    }

    @AfterEach
    void assertClosesClean() {
        if (buf != null) {
            buf.release();
        }
        Laws.assertClosesClean(allocator);
    }

    private byte[] written() {
        byte[] bytes = new byte[8];
        buf.getBytes(3, bytes);
        return bytes;
    }

    @Test
    void valuesAreBigEndianAndNeedNotBeAligned() {
        long at = buf.memoryAddress() + 3;
        NativeBytes.setLong(at, 0x0102030405060708L);
        assertThat(written()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(NativeBytes.getLong(at)).isEqualTo(0x0102030405060708L);
        assertThat(NativeBytes.getInt(at)).isEqualTo(0x01020304);
        assertThat(NativeBytes.getShort(at)).isEqualTo((short) 0x0102);
        assertThat(NativeBytes.getByte(at)).isEqualTo((byte) 1);
        NativeBytes.setInt(at, 0x11121314);
        NativeBytes.setShort(at + 4, (short) 0x2122);
        NativeBytes.setByte(at + 6, (byte) 0x31);
        assertThat(written()).containsExactly(0x11, 0x12, 0x13, 0x14, 0x21, 0x22, 0x31, 8);
    }

    /** Netty's own checks are left out here, as they are with {@code -Dio.netty.buffer.checkBounds=false}. */
    @Test
    void anIndexOutsideOfTheBufferNeverReachesMemory() {
        assumeTrue(!NativeBytes.IS_UNSAFE, "with Unsafe there are Netty's checks only, as in Netty's own buffers");
        for (int index : List.of(-1, Integer.MIN_VALUE, BYTES, BYTES + 1, Integer.MAX_VALUE)) {
            for (ThrowingCallable access : List.<ThrowingCallable>of(
                    () -> buf._getByte(index),
                    () -> buf._getShort(index),
                    () -> buf._getInt(index),
                    () -> buf._getLong(index),
                    () -> buf._setByte(index, 1),
                    () -> buf._setShort(index, 1),
                    () -> buf._setInt(index, 1),
                    () -> buf._setLong(index, 1))) {
                assertThatThrownBy(access).isInstanceOf(IndexOutOfBoundsException.class);
            }
        }
        assertThatThrownBy(() -> buf._getLong(BYTES - 7)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buf._setInt(BYTES - 3, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> buf._setShort(BYTES - 1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        buf._setLong(BYTES - 8, 7);
        assertThat(buf._getLong(BYTES - 8)).isEqualTo(7);
    }

    /** The JVM that has native access takes this road; another one must not be left without any. */
    @Test
    void everyAccessOfTheBufferLeadsToTheSameMemory() {
        ByteBuf same = buf;
        same.setLong(0, 42).setMedium(9, 0x010203).setMediumLE(13, 0x010203).setIntLE(17, 5);
        assertThat(same.nioBuffer(0, BYTES).getLong(0)).isEqualTo(42);
        assertThat(same.getUnsignedMedium(9)).isEqualTo(0x010203);
        assertThat(same.getUnsignedMediumLE(13)).isEqualTo(0x010203);
        assertThat(same.getByte(13)).isEqualTo((byte) 3);
        assertThat(same.getIntLE(17)).isEqualTo(5);
        assertThat(same.nioBuffer(17, 4).get(0)).isEqualTo((byte) 5);
    }
}
