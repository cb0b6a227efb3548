/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.os.OsMemory;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Many event loops with little each live within a small limit: what nobody has touched does not count, and
 * superslabs that count as a whole are small.
 */
class ManyLoopsAtALimitTest {
    private static final int SIZE = 2048;

    @ParameterizedTest
    @CsvSource({
        "DIRECT, 3, 32",
        "DIRECT, 32, 32",
        "DIRECT, 16, 100",
        "DIRECT, 64, 1000",
        "HEAP, 16, 200",
        "HEAP, 64, 1000"
    })
    void eachIsServed(Kind kind, int limitMiB, int count) {
        serve(kind, limitMiB, count);
    }

    /** Where it goes without mmap and malloc, a superslab counts as a whole: from Java 22 on without native access. */
    @Test
    void eachIsServedWhereAllMemoryCounts() {
        String said = new ChildJvm()
                .with("--limit-modules=java.base,java.logging,java.management,java.naming,java.instrument,jdk.jfr")
                .run(Served.class);
        assertThat(said).contains("served, lazy: false");
    }

    /** The child. */
    static final class Served {
        private Served() {}

        public static void main(String[] args) {
            serve(Kind.DIRECT, 3, 32);
            serve(Kind.DIRECT, 64, 1000);
            System.out.println("served, lazy: " + OsMemory.direct().isLazy());
        }
    }

    private static void serve(Kind kind, int limitMiB, int count) {
        long limit = (long) limitMiB << 20;
        AceByteBufAllocator allocator = Laws.allocatorWithLimit(limit);
        Loop[] loops = new Loop[count];
        List<ByteBuf> live = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            loops[i] = new Loop();
            live.add(loops[i].call(() -> kind.allocate(allocator, SIZE).writeZero(SIZE)));
        }
        long most = (long) count * ((64 << 10) + OsMemory.ALIGNMENT);
        assertThat(kind.used(allocator)).isBetween((long) count * SIZE, Math.min(limit, most));
        live.forEach(ByteBuf::release);
        Laws.assertClosesClean(allocator, loops);
        for (Loop loop : loops) {
            loop.close();
        }
    }
}
