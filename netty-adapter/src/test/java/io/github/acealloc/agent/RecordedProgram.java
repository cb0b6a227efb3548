/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** The child: uses an allocator under a flight recording of Netty's events, and prints how often each came, for which size. */
public final class RecordedProgram {
    private static final String[] EVENTS = {"AllocateBuffer", "FreeBuffer", "ReallocateBuffer", "AllocateChunk"};

    private RecordedProgram() {}

    public static void main(String[] args) throws Exception {
        ByteBufAllocator allocator = allocator(args[0]);
        use(allocator, 777);
        Path file = Files.createTempFile("program", ".jfr");
        try (Recording recording = new Recording()) {
            for (String event : EVENTS) {
                recording.enable("io.netty." + event);
            }
            recording.start();
            use(allocator, 100);
            recording.stop();
            recording.dump(file);
            print(file);
        } finally {
            Files.delete(file);
        }
    }

    static ByteBufAllocator allocator(String name) throws ReflectiveOperationException {
        return switch (name) {
            case "pooled" -> PooledByteBufAllocator.DEFAULT;
            case "adaptive" -> new AdaptiveByteBufAllocator();
            default ->
                Class.forName("io.github.acealloc.netty.AceByteBufAllocator")
                        .asSubclass(ByteBufAllocator.class)
                        .getConstructor()
                        .newInstance();
        };
    }

    private static void use(ByteBufAllocator allocator, int size) throws InterruptedException {
        ByteBuf buf = allocator.directBuffer(size, 5000).capacity(5000);
        Thread other = new Thread(buf::release);
        other.start();
        other.join();
    }

    private static void print(Path file) throws Exception {
        Map<String, Integer> counts = new TreeMap<>();
        for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
            String name = event.getEventType().getName();
            if (name.startsWith("io.netty.") && name.endsWith("Buffer")) {
                String type = event.getClass("allocatorType").getName();
                counts.merge(
                        name.substring("io.netty.".length()) + " " + type.substring(type.lastIndexOf('.') + 1) + " "
                                + event.getInt("size") + " " + event.getBoolean("direct"),
                        1,
                        Integer::sum);
            }
        }
        counts.forEach((what, count) -> System.out.println(what + ": " + count));
        System.out.println("kinds: " + counts.size());
    }
}
