/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.testing;

import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/** A source of memory that refuses requests when told to, and knows what of its memory is out. */
public final class FaultyMemory implements OsMemory {
    private static final byte POISON = (byte) 0xDD;

    private final OsMemory source;
    private final Set<Region> out = Collections.newSetFromMap(new IdentityHashMap<>());
    private long outBytes;
    private int requests;
    private int untilRefusal = Integer.MAX_VALUE;
    private boolean refusesAll;

    public FaultyMemory(OsMemory source) {
        this.source = source;
    }

    /** Refuses the {@code n}-th request from now on (1 is the next), once. */
    public synchronized void refuseNth(int n) {
        untilRefusal = n;
    }

    /** Refuses every request, or none. */
    public synchronized void refuseAll(boolean refuses) {
        refusesAll = refuses;
    }

    @Override
    public synchronized Region reserve(int bytes) {
        requests++;
        if (--untilRefusal == 0 || refusesAll) {
            untilRefusal = Integer.MAX_VALUE;
            throw new OutOfMemoryError("refused on purpose: " + bytes);
        }
        Region region = source.reserve(bytes);
        out.add(region);
        outBytes += bytes;
        return region;
    }

    @Override
    public synchronized void release(Region region) {
        if (!out.remove(region)) {
            throw new IllegalStateException("a region of " + region.bytes() + " bytes is not out: released twice?");
        }
        outBytes -= region.bytes();
        if (region.array() != null) {
            Arrays.fill(region.array(), POISON);
        }
        source.release(region);
    }

    @Override
    public boolean isDirect() {
        return source.isDirect();
    }

    /** How often memory was asked for. */
    public synchronized int requests() {
        return requests;
    }

    /** Bytes of all regions that are out. */
    public synchronized long outBytes() {
        return outBytes;
    }
}
