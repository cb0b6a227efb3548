/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.acealloc.os.OsMemory;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
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
        assumeThat(kind == Kind.HEAP || OsMemory.direct().isLazy()).isTrue();
        long limit = (long) limitMiB << 20;
        AceByteBufAllocator allocator = Laws.allocatorWithLimit(limit);
        Loop[] loops = new Loop[count];
        List<ByteBuf> live = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            loops[i] = new Loop();
            live.add(loops[i].call(() -> kind.allocate(allocator, SIZE).writeZero(SIZE)));
        }
        long most = (long) count * (64 << 10);
        assertThat(kind.used(allocator)).isBetween((long) count * SIZE, Math.min(limit, most));
        live.forEach(ByteBuf::release);
        Laws.assertClosesClean(allocator, loops);
        for (Loop loop : loops) {
            loop.close();
        }
    }
}
