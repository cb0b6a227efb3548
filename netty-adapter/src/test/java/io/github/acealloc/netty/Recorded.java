/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.netty.buffer.ByteBufAllocator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** What a flight recording of Netty's events has while something is done. */
final class Recorded {
    static final String ALLOCATE = "io.netty.AllocateBuffer";
    static final String FREE = "io.netty.FreeBuffer";
    static final String REALLOCATE = "io.netty.ReallocateBuffer";
    static final String ALLOCATE_CHUNK = "io.netty.AllocateChunk";
    static final String FREE_CHUNK = "io.netty.FreeChunk";
    static final String[] ALL = {ALLOCATE, FREE, REALLOCATE, ALLOCATE_CHUNK, FREE_CHUNK};

    private final List<RecordedEvent> events;

    private Recorded(List<RecordedEvent> events) {
        this.events = events;
    }

    /** Records some events, by the names that users know, while a task runs. */
    static Recorded during(Loop.Action action, String... names) {
        try (Recording recording = new Recording()) {
            for (String name : names) {
                recording.enable(name);
            }
            recording.start();
            action.run();
            recording.stop();
            Path file = Files.createTempFile("recorded", ".jfr");
            try {
                recording.dump(file);
                return new Recorded(RecordingFile.readAllEvents(file));
            } finally {
                Files.delete(file);
            }
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    /** Those of an allocator, in the order in which they began. */
    List<RecordedEvent> of(Class<? extends ByteBufAllocator> allocator, String name) {
        return all().filter(event -> event.getEventType().getName().equals(name))
                .filter(event -> event.getClass("allocatorType").getName().equals(allocator.getName()))
                .toList();
    }

    List<RecordedEvent> ofAce(String name) {
        return of(AceByteBufAllocator.class, name);
    }

    /** All of Netty's names. */
    Stream<RecordedEvent> all() {
        return events.stream().filter(event -> event.getEventType().getName().startsWith("io.netty."));
    }
}
