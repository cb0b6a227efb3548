/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static io.github.acealloc.netty.Recorded.ALLOCATE_CHUNK;
import static io.github.acealloc.netty.Recorded.FREE_CHUNK;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.os.OsMemory;
import io.github.acealloc.slab.HugeRegions;
import java.util.List;
import jdk.jfr.consumer.RecordedEvent;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the system gives and takes back is in flight recordings under Netty's names. */
class ChunkEventsTest {
    private static final int HUGE = 3 << 20;

    /** Other tests' allocators may give memory back meanwhile, on other threads. */
    private static List<RecordedEvent> here(Recorded recorded, String name, Kind kind) {
        return recorded.ofAce(name).stream()
                .filter(event -> event.getThread().getJavaThreadId()
                        == Thread.currentThread().getId())
                .filter(event -> event.getBoolean("direct") == (kind == Kind.DIRECT))
                .toList();
    }

    private static void use(Kind kind, AceByteBufAllocator allocator) {
        kind.allocate(allocator, 100).release();
        kind.allocate(allocator, HUGE).release();
        allocator.close();
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void whatComesAndGoesIsToldOnce(Kind kind) {
        Recorded recorded = Recorded.during(() -> use(kind, new AceByteBufAllocator()), ALLOCATE_CHUNK, FREE_CHUNK);
        List<RecordedEvent> came = here(recorded, ALLOCATE_CHUNK, kind);
        boolean isLazy = kind == Kind.DIRECT && OsMemory.direct().isLazy();
        assertThat(came).hasSize(2).noneMatch(event -> event.getBoolean("threadLocal"));
        assertThat((long) came.get(0).getInt("capacity")).isEqualTo(kind.superslabBytes());
        assertThat(came.get(1).getInt("capacity")).isEqualTo(isLazy ? HugeRegions.BYTES : HUGE);
        assertThat(came.get(0).getBoolean("pooled")).isTrue();
        assertThat(came.get(1).getBoolean("pooled"))
                .as("several blocks lie in it")
                .isEqualTo(isLazy);
        assertThat(came).allMatch(event -> (event.getLong("address") == 0) == (kind == Kind.HEAP));

        List<RecordedEvent> went = here(recorded, FREE_CHUNK, kind);
        for (String field : List.of("capacity", "address", "pooled")) {
            assertThat(went)
                    .extracting(event -> event.<Object>getValue(field))
                    .containsExactlyInAnyOrderElementsOf(came.stream()
                            .map(event -> event.<Object>getValue(field))
                            .toList());
        }
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void nothingIsToldUnlessItIsAskedFor(Kind kind) {
        Recorded recorded = Recorded.during(() -> use(kind, new AceByteBufAllocator()), "jdk.CPULoad");
        assertThat(recorded.all()).isEmpty();
    }
}
