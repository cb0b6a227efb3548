/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A random program over a few buffers and views of views of them, which writes down all it sees: one seed, one text,
 * whatever the allocator.
 *
 * <p>Capacity changes only where the program says so, because how far buffers grow by themselves is their allocator's
 * own affair. Composites are only read, because copies between a composite and what it is made of are wrong with Netty.
 */
final class RandomProgram {
    private static final int ROOTS = 4;
    private static final int MOST_VIEWS = 24;
    private static final int MOST_CAPACITY = 3_000;
    private static final Charset[] CHARSETS = {
        StandardCharsets.UTF_8, StandardCharsets.US_ASCII, StandardCharsets.UTF_16LE, StandardCharsets.ISO_8859_1
    };
    private static final String TEXT = "plain \u00e4\u00f6\u20ac \ud83d\ude00 \ud83d lone";

    private final Lab lab;
    private final Random random;
    private final List<ByteBuf> roots = new ArrayList<>();
    private final List<ByteBuf> views = new ArrayList<>();
    private final StringBuilder seen = new StringBuilder();

    RandomProgram(Lab lab, long seed) {
        this.lab = lab;
        random = new Random(seed);
    }

    /** Runs so many steps; gives a line for each. */
    String run(int steps) {
        for (int i = 0; i < ROOTS; i++) {
            int capacity = 1 + random.nextInt(200);
            ByteBuf root = lab.buffer(capacity, MOST_CAPACITY).writerIndex(random.nextInt(capacity + 1));
            byte[] bytes = new byte[capacity];
            random.nextBytes(bytes);
            roots.add(root.setBytes(0, bytes));
            views.add(root);
        }
        for (int i = 0; i < steps; i++) {
            ByteBuf buf = views.get(random.nextInt(views.size()));
            int kind = random.nextInt(8);
            String outcome;
            try {
                outcome = step(kind, buf);
            } catch (IndexOutOfBoundsException
                    | IllegalArgumentException
                    | UnsupportedOperationException
                    | IOException e) {
                outcome = e.getClass().getSimpleName();
            }
            seen.append(i)
                    .append(": ")
                    .append(kind)
                    .append(' ')
                    .append(outcome)
                    .append(' ')
                    .append(indices(buf))
                    .append('\n');
        }
        for (ByteBuf view : views) {
            seen.append(indices(view))
                    .append(' ')
                    .append(ByteBufUtil.hexDump(view, 0, view.capacity()))
                    .append('\n');
        }
        return seen.toString();
    }

    private static String indices(ByteBuf buf) {
        return buf.readerIndex() + "/" + buf.writerIndex() + "/" + buf.capacity();
    }

    /** An index in the buffer, and now and then one just outside of it. */
    private int index(ByteBuf buf) {
        return random.nextInt(20) == 0 ? buf.capacity() - 3 + random.nextInt(8) : random.nextInt(buf.capacity() + 1);
    }

    private String step(int kind, ByteBuf buf) throws IOException {
        return switch (kind) {
            case 0 -> view(buf);
            case 1 -> shape(buf);
            case 2, 3 -> number(buf);
            case 4 -> bytes(buf);
            case 5 -> search(buf);
            case 6 -> text(buf);
            default -> compare(buf);
        };
    }

    @SuppressWarnings("deprecation") // byte orders are deprecated, and yet there
    private String view(ByteBuf buf) {
        int from = index(buf);
        int length = random.nextInt(Math.max(1, buf.capacity() - from + 1));
        ByteBuf view = switch (random.nextInt(8)) {
            case 0, 1 -> buf.slice(from, length);
            case 2 -> buf.duplicate();
            case 3 -> buf.asReadOnly();
            case 4 -> buf.order(random.nextBoolean() ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
            case 5 -> buf.slice();
            case 6 -> buf.readSlice(random.nextInt(buf.readableBytes() + 1));
            default ->
                lab.composite()
                        .addComponents(true, buf.retainedSlice(from, length), buf.retainedDuplicate())
                        .asReadOnly();
        };
        if (views.size() < MOST_VIEWS) {
            views.add(view);
        } else {
            views.set(ROOTS + random.nextInt(MOST_VIEWS - ROOTS), view);
        }
        return indices(view);
    }

    private String shape(ByteBuf buf) {
        int n = random.nextInt(buf.capacity() + 1);
        switch (random.nextInt(7)) {
            case 0 -> buf.setIndex(Math.min(n, buf.writerIndex()), n);
            case 1 -> buf.readerIndex(index(buf));
            case 2 -> buf.writerIndex(index(buf));
            case 3 -> buf.discardReadBytes();
            case 4 -> buf.skipBytes(random.nextInt(5));
            case 5 -> buf.clear();
            default -> resize(roots.get(random.nextInt(ROOTS)));
        }
        return indices(buf);
    }

    /** Grows only: views would otherwise look at memory that is others'. */
    private void resize(ByteBuf root) {
        int before = root.capacity();
        int after = Math.min(MOST_CAPACITY, before + random.nextInt(1 + before));
        root.capacity(after);
        for (int i = before; i < after; i++) {
            root.setByte(i, i);
        }
    }

    private String number(ByteBuf buf) {
        int i = index(buf);
        long value = random.nextLong();
        return switch (random.nextInt(16)) {
            case 0 -> Long.toHexString(buf.getLong(i));
            case 1 -> Long.toHexString(buf.getLongLE(i));
            case 2 -> Integer.toHexString(buf.getInt(i));
            case 3 -> Integer.toHexString(buf.getIntLE(i));
            case 4 -> Integer.toHexString(buf.getMedium(i)) + buf.getUnsignedMediumLE(i);
            case 5 -> Integer.toHexString(buf.getShort(i)) + buf.getUnsignedShortLE(i);
            case 6 -> Integer.toHexString(buf.getByte(i)) + buf.getUnsignedByte(i);
            case 7 -> indices(buf.setLong(i, value));
            case 8 -> indices(buf.setLongLE(i, value));
            case 9 -> indices(buf.setInt(i, (int) value));
            case 10 -> indices(buf.setIntLE(i, (int) value));
            case 11 -> indices(buf.setMedium(i, (int) value).setMediumLE(i, (int) (value >>> 8)));
            case 12 -> indices(buf.setShort(i, (int) value).setByte(i, 1));
            case 13 -> buf.writableBytes() < 8 ? "full" : indices(buf.writeLong(value));
            case 14 -> buf.writableBytes() < 3 ? "full" : indices(buf.writeMediumLE((int) value));
            default -> Long.toHexString(random.nextBoolean() ? buf.readInt() : buf.readLongLE());
        };
    }

    private String bytes(ByteBuf buf) throws IOException {
        int i = index(buf);
        int n = random.nextInt(Math.max(1, buf.capacity() - i + 1));
        if (n == 0) {
            i = Math.min(i, buf.capacity()); // views of pooled buffers take no bytes from anywhere
        }
        byte[] array = new byte[n + 2];
        random.nextBytes(array);
        ByteBuf other = views.get(random.nextInt(views.size()));
        switch (random.nextInt(11)) {
            case 0 -> buf.getBytes(i, array, 1, n);
            case 1 -> buf.setBytes(i, array, 1, n);
            case 2 -> buf.getBytes(i, ByteBuffer.wrap(array, 1, n));
            case 3 ->
                buf.setBytes(i, ByteBuffer.allocateDirect(n).put(array, 0, n).flip());
            case 4 -> buf.setZero(i, Math.max(1, n));
            case 5, 6 -> {
                int m = Math.min(n, other.capacity());
                if (other.isContiguous()) {
                    buf.setBytes(i, other, random.nextInt(other.capacity() - m + 1), m);
                }
            }
            case 7 -> {
                int m = Math.min(n, other.capacity());
                if (other.isContiguous() && buf.isContiguous() && !other.isReadOnly()) {
                    buf.getBytes(i, other, random.nextInt(other.capacity() - m + 1), m);
                }
            }
            case 8 -> buf.setBytes(i, new ByteArrayInputStream(array), n);
            case 9 -> {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                buf.getBytes(i, out, n);
                return ByteBufUtil.hexDump(out.toByteArray());
            }
            default -> {
                ByteBuffer view = buf.nioBuffer(i, n);
                if (!view.isReadOnly() && buf.isContiguous() && n > 0) {
                    view.put(n - 1, (byte) n);
                }
                view.get(array, 0, n);
            }
        }
        return ByteBufUtil.hexDump(array);
    }

    private String search(ByteBuf buf) {
        int i = index(buf);
        int to = random.nextInt(buf.capacity() + 1);
        byte value = (byte) random.nextInt(256);
        return switch (random.nextInt(5)) {
            case 0 -> String.valueOf(buf.indexOf(Math.min(i, buf.capacity()), to, value));
            case 1 -> String.valueOf(buf.bytesBefore(value));
            case 2 -> String.valueOf(buf.forEachByte(b -> b != value));
            case 3 -> String.valueOf(buf.forEachByteDesc(b -> b != value));
            default -> {
                int length = Math.min(2, buf.capacity() - Math.min(i, buf.capacity()));
                yield String.valueOf(ByteBufUtil.indexOf(buf.slice(Math.min(i, buf.capacity()), length), buf));
            }
        };
    }

    private String text(ByteBuf buf) {
        Charset charset = CHARSETS[random.nextInt(CHARSETS.length)];
        if (random.nextBoolean()) {
            return ByteBufUtil.hexDump(buf.toString(charset).getBytes(StandardCharsets.UTF_8));
        }
        int from = random.nextInt(TEXT.length());
        int to = from + random.nextInt(TEXT.length() - from);
        return String.valueOf(buf.setCharSequence(index(buf), TEXT.substring(from, to), charset));
    }

    private String compare(ByteBuf buf) {
        ByteBuf other = views.get(random.nextInt(views.size()));
        ByteBuf copy = buf.copy();
        String text = buf.hashCode() + " " + Integer.signum(buf.compareTo(other)) + buf.equals(other) + copy.equals(buf)
                + ByteBufUtil.hexDump(copy);
        copy.release();
        return text;
    }
}
