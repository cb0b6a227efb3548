/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

/** Memory on the Java heap: one {@code byte[]} per region; giving it back means forgetting it. */
public final class HeapMemory implements OsMemory {
    @Override
    public Region reserve(int bytes, int alignment) {
        return Region.heap(new byte[bytes]);
    }

    @Override
    public void release(Region region) {
        assert region.array() != null : "a direct region was released to the Java heap's source";
    }

    @Override
    public boolean isDirect() {
        return false;
    }
}
