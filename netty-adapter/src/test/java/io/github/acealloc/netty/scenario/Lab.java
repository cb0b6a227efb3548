/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import io.github.acealloc.netty.AceByteBufAllocator;
import io.github.acealloc.netty.Contestant;
import io.github.acealloc.netty.Laws;
import io.github.acealloc.netty.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.CompositeByteBuf;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringJoiner;

/** What a row's program works with: one kind of buffer of one allocator, and releases at the end what the program has left. */
final class Lab implements AutoCloseable {
    private static final byte DIRT = (byte) 0xa5;

    private final Contestant whose;
    private final Memory memory;
    private final ByteBufAllocator allocator;
    private final List<ByteBuf> made = new ArrayList<>();
    private final List<ByteBuf> composites = new ArrayList<>();
    private Path file;

    Lab(Contestant whose, Memory memory, ByteBufAllocator allocator) {
        this.whose = whose;
        this.memory = memory;
        this.allocator = allocator;
    }

    Contestant whose() {
        return whose;
    }

    Memory memory() {
        return memory;
    }

    ByteBufAllocator allocator() {
        return allocator;
    }

    /** An empty buffer, with whatever its last user left in it. */
    ByteBuf buffer(int capacity, int maxCapacity) {
        ByteBuf buf = keep(memory.buffer(allocator, capacity, maxCapacity));
        byte[] dirt = new byte[capacity];
        Arrays.fill(dirt, DIRT);
        return buf.setBytes(0, dirt);
    }

    ByteBuf buffer(int capacity) {
        return buffer(capacity, Integer.MAX_VALUE);
    }

    /** A full buffer of such bytes. */
    ByteBuf of(int... bytes) {
        ByteBuf buf = buffer(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            buf.setByte(i, bytes[i]);
        }
        return buf.writerIndex(bytes.length);
    }

    /** A full buffer of bytes that count up from 0. */
    ByteBuf counted(int capacity) {
        return buffer(capacity).writeBytes(countedBytes(capacity));
    }

    static byte[] countedBytes(int n) {
        byte[] bytes = new byte[n];
        for (int i = 0; i < n; i++) {
            bytes[i] = (byte) i;
        }
        return bytes;
    }

    CompositeByteBuf composite() {
        return keepComposite(memory.composite(allocator));
    }

    CompositeByteBuf keepComposite(CompositeByteBuf composite) {
        composites.add(composite);
        return composite;
    }

    /** Runs a program on an allocator of ACE's that may take so much, and that has nothing afterwards. */
    Object limited(long maxBytes, Program program) throws Exception {
        AceByteBufAllocator limited = Laws.allocatorWithLimit(maxBytes);
        Object value;
        try (Lab inner = new Lab(whose, memory, limited)) {
            value = program.run(inner);
        }
        Laws.assertClosesClean(limited);
        return value;
    }

    /** A file of bytes that count up from 0, open for reading and writing; the program closes the channel. */
    FileChannel openFile(int length) throws IOException {
        if (file == null) {
            file = Files.createTempFile("scenario", null);
        }
        Files.write(file, countedBytes(length));
        return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    byte[] fileBytes() throws IOException {
        return Files.readAllBytes(file);
    }

    String fileHex() throws IOException {
        return hex(fileBytes());
    }

    /** Has a buffer released at the end, as far as the program has not. */
    ByteBuf keep(ByteBuf buf) {
        made.add(buf);
        return buf;
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            Files.delete(file);
        }
        // Composites first, the last one first: they hold others.
        for (int i = composites.size() - 1; i >= 0; i--) {
            releaseAll(composites.get(i));
        }
        made.forEach(Lab::releaseAll);
    }

    private static void releaseAll(ByteBuf buf) {
        int left = buf.refCnt();
        if (left > 0) {
            buf.release(left);
        }
    }

    /** Several values as one. */
    static String all(Object... values) {
        StringJoiner all = new StringJoiner(" ");
        Arrays.stream(values).map(String::valueOf).forEach(all::add);
        return all.toString();
    }

    /** Whether two are the same object. */
    @SuppressWarnings("ReferenceEquality") // identity is the question
    static boolean same(Object one, Object other) {
        return one == other;
    }

    /** The readable bytes. */
    static String hex(ByteBuf buf) {
        return ByteBufUtil.hexDump(buf);
    }

    static String hex(ByteBuf buf, int index, int length) {
        return ByteBufUtil.hexDump(buf, index, length);
    }

    static String hex(byte[] bytes) {
        return ByteBufUtil.hexDump(bytes);
    }

    /** Indices, capacity and count. */
    static String state(ByteBuf buf) {
        return buf.readerIndex() + "/" + buf.writerIndex() + "/" + buf.capacity() + " x" + buf.refCnt();
    }

    /** What a step throws, or {@code none}. */
    static String thrown(Loop.Action step) {
        try {
            step.run();
            return "none";
        } catch (Throwable e) {
            return e.getClass().getSimpleName();
        }
    }
}
