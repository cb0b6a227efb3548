/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

import io.github.acealloc.it.AceFixture;
import io.github.acealloc.netty.AceByteBufAllocator;
import java.time.Duration;

/** How many heaps of threads that have ended were adopted since this was made. */
final class Adoptions {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final AceByteBufAllocator allocator;
    private final long before;

    Adoptions(AceByteBufAllocator allocator) {
        this.allocator = allocator;
        before = count(allocator);
    }

    static long count(AceByteBufAllocator allocator) {
        return allocator.stats().counters().adoptions();
    }

    void await() {
        await(PATIENCE);
    }

    /** Waits for one. */
    void await(Duration patience) {
        AceFixture.awaitFor("an adoption").atMost(patience).until(() -> count(allocator) > before);
    }
}
