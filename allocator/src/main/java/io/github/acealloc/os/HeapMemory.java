/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

/** Memory on the Java heap: one {@code byte[]} per region; giving it back means forgetting it. */
public final class HeapMemory implements OsMemory {
    @Override
    public Region reserve(int bytes) {
        try {
            return Region.heap(new byte[bytes]);
        } catch (OutOfMemoryError e) {
            throw new OutOfMemoryError(
                    e.getMessage() + ": no room for " + bytes + " bytes on the Java heap (limit: by -Xmx)");
        }
    }

    @Override
    public void release(Region region) {
        assert region.array() != null : "a direct region was released to the Java heap's source";
    }

    @Override
    public String source() {
        return "byte[]";
    }

    @Override
    public boolean isDirect() {
        return false;
    }
}
