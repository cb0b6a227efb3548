/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.ByteProcessor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.ScatteringByteChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Arguments for any method of a buffer, good ones and bad ones: all combinations of a few values of each type. */
final class TwinArguments {
    private static final List<Integer> MANY_INTS =
            List.of(0, 1, 2, 7, 8, 15, 16, 17, 64, 65, -1, Integer.MAX_VALUE, Integer.MIN_VALUE);
    private static final List<Integer> SOME_INTS = List.of(0, 7, 8, 16, 17, -1, Integer.MAX_VALUE);
    private static final List<Integer> FEW_INTS = List.of(0, 5, 16, -1);

    private final Class<?>[] types;
    private final List<Integer> ints;

    TwinArguments(Method method) {
        types = method.getParameterTypes();
        long intTypes = Arrays.stream(types).filter(type -> type == int.class).count();
        ints = intTypes > 2 ? FEW_INTS : intTypes == 2 ? SOME_INTS : MANY_INTS;
    }

    /** How many combinations there are; 0 if a type is not known here. */
    int count() {
        int n = 1;
        for (Class<?> type : types) {
            n *= values(type).size();
        }
        return n;
    }

    /** One combination, with objects of its own. */
    Object[] make(int combination) {
        Object[] arguments = new Object[types.length];
        int rest = combination;
        for (int i = 0; i < types.length; i++) {
            List<?> values = values(types[i]);
            arguments[i] = values.get(rest % values.size());
            rest /= values.size();
        }
        return arguments;
    }

    /** The values of a type, those that a call may change made anew. */
    private List<?> values(Class<?> type) {
        if (type == int.class) {
            return ints;
        }
        if (type == long.class) {
            return List.of(0x0102030405060708L);
        }
        if (type == byte.class) {
            return List.of((byte) 4);
        }
        if (type == boolean.class) {
            return List.of(true, false);
        }
        if (type == float.class) {
            return List.of(1.5f);
        }
        if (type == double.class) {
            return List.of(1.5);
        }
        if (type == Charset.class) {
            return List.of(StandardCharsets.UTF_8, StandardCharsets.UTF_16);
        }
        if (type == CharSequence.class) {
            return List.of("", "abcdefgh", "ab\u00e4\u20ac");
        }
        if (type == ByteOrder.class) {
            return List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN);
        }
        if (type == ByteProcessor.class) {
            return List.of(ByteProcessor.FIND_NUL, (ByteProcessor) value -> value != 4);
        }
        if (type == byte[].class) {
            return List.of(bytes(21, 9), new byte[0]);
        }
        if (type == ByteBuffer.class) {
            return List.of(
                    ByteBuffer.wrap(bytes(31, 5)).position(1),
                    ByteBuffer.allocateDirect(8).put(bytes(41, 3)).flip(),
                    ByteBuffer.allocate(20),
                    ByteBuffer.allocate(5).asReadOnlyBuffer());
        }
        return type == ByteBuf.class ? buffers() : channels(type);
    }

    private static List<ByteBuf> buffers() {
        return List.of(
                Unpooled.buffer(9, 9).writeBytes(bytes(51, 5)).skipBytes(1),
                Unpooled.directBuffer(9, 9)
                        .setZero(0, 9)
                        .writeBytes(bytes(55, 5))
                        .skipBytes(1),
                Unpooled.wrappedBuffer(bytes(57, 9), 2, 6).setIndex(1, 4),
                Unpooled.wrappedBuffer(bytes(61, 2), bytes(63, 3)).skipBytes(1),
                Unpooled.wrappedBuffer(bytes(65, 9)).asReadOnly(),
                Unpooled.directBuffer(4).writeBytes(bytes(68, 4)).asReadOnly(),
                Unpooled.wrappedBuffer(ByteBuffer.wrap(bytes(81, 6)).asReadOnlyBuffer())
                        .skipBytes(2),
                Unpooled.wrappedBuffer(readOnlyDirect(bytes(91, 7)))
                        .skipBytes(3)
                        .slice(),
                Unpooled.EMPTY_BUFFER);
    }

    private static ByteBuffer readOnlyDirect(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip().asReadOnlyBuffer();
    }

    private static List<?> channels(Class<?> type) {
        if (type == InputStream.class) {
            return List.of(new ByteArrayInputStream(bytes(71, 5)), new ByteArrayInputStream(new byte[0]));
        }
        if (type == OutputStream.class) {
            return List.of(new ByteArrayOutputStream());
        }
        if (type == GatheringByteChannel.class) {
            return List.of(new MemoryChannel(new byte[0], 100), new MemoryChannel(new byte[0], 3));
        }
        if (type == ScatteringByteChannel.class) {
            return List.of(new MemoryChannel(bytes(81, 5), 3), new MemoryChannel(new byte[0], 3));
        }
        return List.of();
    }

    private static byte[] bytes(int first, int n) {
        byte[] bytes = new byte[n];
        for (int i = 0; i < n; i++) {
            bytes[i] = (byte) (first + i);
        }
        return bytes;
    }
}
