/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.modules;

import io.github.acealloc.netty.AceByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.DefaultEventExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Uses ACE from the module path and says what it finds; nothing but modules and this package is on its paths. */
final class NamedServer {
    private static final int BUFFERS = 64;
    private static final int MIB = 1 << 20;

    private NamedServer() {}

    public static void main(String[] args) throws Exception {
        System.out.println("module: " + AceByteBufAllocator.class.getModule().getName());
        AceByteBufAllocator allocator = AceByteBufAllocator.DEFAULT;
        DefaultEventExecutor loop = new DefaultEventExecutor();
        long before = residentBytes();
        List<ByteBuf> live = loop.submit(() -> allocate(allocator)).get();
        System.out.println("untouched is not resident: " + (residentBytes() - before < BUFFERS / 2L * MIB));
        System.out.println("sum: " + loop.submit(() -> use(live)).get());
        System.out.println("live: " + allocator.stats().liveBytes());
        Runtime.getRuntime().halt(0);
    }

    private static List<ByteBuf> allocate(AceByteBufAllocator allocator) {
        List<ByteBuf> live = new ArrayList<>();
        for (int i = 0; i < BUFFERS; i++) {
            live.add(allocator.directBuffer(MIB / 2));
            live.add(allocator.directBuffer(MIB));
        }
        live.add(allocator.heapBuffer(1000));
        return live;
    }

    private static long use(List<ByteBuf> live) {
        long sum = 0;
        for (ByteBuf buffer : live) {
            sum += buffer.setLong(buffer.capacity() - Long.BYTES, 1).getLong(buffer.capacity() - Long.BYTES);
            buffer.release();
        }
        return sum;
    }

    private static long residentBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new IllegalStateException("no VmRSS");
    }
}
