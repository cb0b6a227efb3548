/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.testing;

import io.github.acealloc.os.HeapMemory;
import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;

/** Arrays that count as paged; what is purged is lost where {@link FaultyMemory} stands before it. */
public final class PagedArrays implements OsMemory {
    private final HeapMemory arrays = new HeapMemory();

    @Override
    public Region reserve(int bytes) {
        return arrays.reserve(bytes);
    }

    @Override
    public void release(Region region) {
        arrays.release(region);
    }

    @Override
    public boolean isDirect() {
        return false;
    }

    @Override
    public boolean isLazy() {
        return true;
    }
}
