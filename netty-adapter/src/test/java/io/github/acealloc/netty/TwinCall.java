/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.StringJoiner;
import java.util.regex.Pattern;

/** One call of a buffer's method, and all that came of it in words: result or error, arguments, the buffer itself. */
final class TwinCall {
    private static final Pattern CLASS_NAME = Pattern.compile("\\w*ByteBuf\\b");

    private final Method method;
    private final Object[] arguments;

    TwinCall(Method method, Object[] arguments) {
        this.method = method;
        this.arguments = arguments;
    }

    /** Calls, describes what came of it, and releases what the call has made. */
    @SuppressWarnings("ReferenceEquality") // whether the method gives the buffer itself is part of the outcome
    String outcome(ByteBuf target) {
        StringJoiner outcome = new StringJoiner("; ");
        Object result = null;
        try {
            result = method.invoke(target, arguments);
            outcome.add(result == target ? "itself" : describe(result));
        } catch (InvocationTargetException e) {
            outcome.add("throws " + e.getCause().getClass().getName());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
        for (Object argument : arguments) {
            outcome.add(describe(argument) + position(argument));
        }
        outcome.add("refCnt " + target.refCnt() + " " + describe(target));
        if (result instanceof ByteBuf made && made != target && made.refCnt() > 0 && isOwned(made)) {
            made.release();
        }
        return outcome.toString();
    }

    /** Whether the caller has to release what the method gave. */
    private boolean isOwned(ByteBuf made) {
        String name = method.getName();
        return name.equals("copy") || name.contains("etained") || (name.equals("readBytes") && made.unwrap() == null);
    }

    private static String withoutClassNames(String text) {
        return CLASS_NAME.matcher(text).replaceAll("Buf");
    }

    private static String describe(Object o) {
        if (o instanceof ByteBuf buf) {
            return describe(buf);
        }
        if (o instanceof ByteBuffer view) {
            return "nio " + ByteBufUtil.hexDump(bytes(view)) + view.order() + view.isDirect() + view.isReadOnly();
        }
        if (o instanceof byte[] array) {
            return ByteBufUtil.hexDump(array);
        }
        if (o instanceof ByteArrayOutputStream stream) {
            return ByteBufUtil.hexDump(stream.toByteArray());
        }
        if (o instanceof ByteArrayInputStream stream) {
            return "left " + stream.available();
        }
        if (o instanceof MemoryChannel channel) {
            return ByteBufUtil.hexDump(channel.written());
        }
        if (o != null && o.getClass().isArray()) {
            Object[] all = new Object[Array.getLength(o)];
            Arrays.setAll(all, i -> describe(Array.get(o, i)));
            return Arrays.toString(all);
        }
        return o != null && o.getClass().isSynthetic() ? "lambda" : withoutClassNames(String.valueOf(o));
    }

    private static String position(Object argument) {
        return argument instanceof ByteBuffer view ? "@" + view.position() + "-" + view.limit() : "";
    }

    private static byte[] bytes(ByteBuffer view) {
        byte[] bytes = new byte[view.remaining()];
        view.duplicate().get(bytes);
        return bytes;
    }

    /** All of a buffer that says anything: what lies behind the bytes that the test has written is unspecified. */
    @SuppressWarnings("deprecation") // byte orders are deprecated, and yet part of a buffer
    private static String describe(ByteBuf buf) {
        if (buf.refCnt() == 0) {
            return "released";
        }
        byte[] bytes = new byte[Math.min(buf.capacity(), Math.max(buf.writerIndex(), TwinTest.CAPACITY))];
        buf.getBytes(0, bytes);
        return "buf r" + buf.readerIndex() + " w" + buf.writerIndex() + " c" + buf.capacity() + " m" + buf.maxCapacity()
                + " " + buf.order() + " d" + buf.isDirect() + " ro" + buf.isReadOnly() + " "
                + ByteBufUtil.hexDump(bytes);
    }

    @Override
    public String toString() {
        String[] words = Arrays.stream(arguments).map(TwinCall::describe).toArray(String[]::new);
        return method.getName() + Arrays.toString(method.getParameterTypes()) + Arrays.toString(words);
    }
}
