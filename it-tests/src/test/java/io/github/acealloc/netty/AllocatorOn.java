/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.AceConfig;
import io.github.acealloc.os.OsMemory;

/** A door for tests in other packages to allocators on a source of memory of their own. */
public final class AllocatorOn {
    private AllocatorOn() {}

    /** An allocator that takes its direct memory from there. */
    public static AceByteBufAllocator memory(AceConfig config, OsMemory directMemory) {
        return new AceByteBufAllocator(config, null, directMemory);
    }
}
