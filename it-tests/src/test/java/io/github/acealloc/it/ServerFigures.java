/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import io.github.acealloc.netty.AceByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/** What a server tells of itself, as lines {@code name=value}. */
public final class ServerFigures {
    private static final Path STATUS = Path.of("/proc/self/status");

    private static final Logger LOGGER = Logger.getLogger(ServerFigures.class.getName());

    private final ByteBufAllocator allocator;
    private final AtomicInteger exhausted = new AtomicInteger();
    private final AtomicReference<Throwable> firstFailure = new AtomicReference<>();

    ServerFigures(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /** Notes what went wrong; running out of memory is what the tests do to a server. */
    void failed(Throwable failure) {
        if (isExhaustion(failure)) {
            exhausted.incrementAndGet();
        } else if (firstFailure.compareAndSet(null, failure)) {
            LOGGER.log(Level.WARNING, "unexpected", failure);
        }
    }

    private static boolean isExhaustion(Throwable failure) {
        return failure instanceof OutOfMemoryError || failure.getCause() instanceof OutOfMemoryError;
    }

    String text() {
        StringBuilder text = new StringBuilder("rss=" + rssBytes());
        text.append("\npeak=").append(status("VmHWM"));
        text.append("\nexhausted=").append(exhausted);
        text.append("\nfailure=").append(firstFailure);
        if (allocator instanceof AceByteBufAllocator ace) {
            text.append("\nlive=").append(ace.stats().liveBytes());
            text.append("\ncommitted=").append(ace.stats().committedBytes());
        } else {
            long used = ((ByteBufAllocatorMetricProvider) allocator).metric().usedDirectMemory();
            text.append("\ncommitted=").append(used);
        }
        return text.toString();
    }

    /** The laws that ACE breaks; a walk beside work sees what does not last, or fails: ask when nothing is under way. */
    String violations() {
        try {
            return allocator instanceof AceByteBufAllocator ace
                    ? ace.violations().toString()
                    : "[]";
        } catch (RuntimeException e) {
            return "a walk beside work failed: " + e;
        }
    }

    /** What the process has in memory now, in bytes. */
    public static long rssBytes() {
        return status("VmRSS");
    }

    private static long status(String name) {
        try (Stream<String> lines = Files.lines(STATUS)) {
            String line = lines.filter(each -> each.startsWith(name + ":"))
                    .findFirst()
                    .orElseThrow(
                            () -> new IllegalStateException(STATUS + ": no " + name + " (expected: a line with it)"));
            return Long.parseLong(line.replaceAll("\\D", "")) << 10;
        } catch (IOException e) {
            throw new IllegalStateException("cannot read " + STATUS, e);
        }
    }
}
