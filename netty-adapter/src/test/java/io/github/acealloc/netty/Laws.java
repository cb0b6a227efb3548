/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.github.acealloc.AceConfig;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;

/** What must hold of an allocator after every test. */
public final class Laws {
    private Laws() {}

    /** The heap-invariant walker finds nothing wrong. Nobody uses the allocator meanwhile. */
    static void assertConsistent(AceByteBufAllocator allocator) {
        assertThat(allocator.violations()).isEmpty();
    }

    /** Every buffer has come home and is not lost on the way; the loops are those that own heaps. */
    public static void assertNothingLive(AceByteBufAllocator allocator, Loop... loops) {
        trim(allocator, loops);
        assertConsistent(allocator);
        assertThat(allocator.stats().liveBytes()).as("live bytes").isZero();
        assertThat(allocator.stats().remoteQueued())
                .as("blocks in remote queues")
                .isZero();
        assertThat(allocator.metric().pinnedDirectMemory()).isZero();
        assertThat(allocator.metric().pinnedHeapMemory()).isZero();
    }

    /** Nothing is live, and close gives back all memory. */
    public static void assertClosesClean(AceByteBufAllocator allocator, Loop... loops) {
        assertNothingLive(allocator, loops);
        allocator.close();
        awaitTasks(loops);
        assertConsistent(allocator);
        assertHasNothing(allocator);
    }

    /** All memory has gone back to the system. */
    public static void assertHasNothing(AceByteBufAllocator allocator) {
        assertThat(allocator.metric().usedDirectMemory())
                .as("used direct memory")
                .isZero();
        assertThat(allocator.metric().usedHeapMemory()).as("used heap memory").isZero();
    }

    /** Trims everything: the loops trim at their next task, and what they give up then is trimmed once more. */
    static void trim(AceByteBufAllocator allocator, Loop... loops) {
        allocator.trim();
        awaitTasks(loops);
        allocator.trim();
        awaitTasks(loops);
    }

    /** Waits until the loops have run what they were asked to. */
    static void awaitTasks(Loop... loops) {
        for (Loop loop : loops) {
            loop.run(() -> {});
        }
    }

    /** An allocator that may take so much memory at most. */
    public static AceByteBufAllocator allocatorWithLimit(long maxBytes) {
        return new AceByteBufAllocator(config("acealloc.maxBytes", Long.toString(maxBytes)));
    }

    /** Settings where one has a value of its own. */
    static AceConfig config(String name, String value) {
        Properties properties = new Properties();
        properties.setProperty(name, value);
        return AceConfig.from(properties);
    }

    /** Several settings. */
    static AceConfig config(Map<String, String> settings) {
        Properties properties = new Properties();
        properties.putAll(settings);
        return AceConfig.from(properties);
    }

    /** Waits until the control loop has seen what an allocator does. */
    static void awaitTurn(AceByteBufAllocator allocator) {
        assertTimeoutPreemptively(Duration.ofSeconds(30), () -> {
            while (allocator.learned().equals(PolicyFile.Policies.NONE)) {
                Thread.sleep(10);
            }
        });
    }

    /** Whether buffers reach memory by address; else through a {@code ByteBuffer}. */
    public static boolean isUnsafeUsed() {
        return PlatformDependent.hasUnsafe() && PlatformDependent.isUnaligned();
    }
}
