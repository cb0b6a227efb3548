/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.testing;

import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A source of memory that fails when told to, and knows what of its memory is out. */
public final class FaultyMemory implements OsMemory {
    private static final byte POISON = (byte) 0xDD;
    private static final int POISON_STRIDE = 64;

    private final OsMemory source;
    private final Set<Region> out = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<Region> purged = Collections.newSetFromMap(new IdentityHashMap<>());
    private final TreeMap<Long, Region> byAddress = new TreeMap<>();
    private int requests;
    private int purges;
    private final IdentityHashMap<Region, Integer> partsPurged = new IdentityHashMap<>();
    private int partPurges;
    private int untilRefusal = Integer.MAX_VALUE;
    private boolean refusesAll;
    private boolean refusesPurges;
    private boolean failsPurges;
    private int releasesToFail;
    private Runnable meanwhile = () -> {};

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

    /** Does not purge, as a source that cannot; or does. */
    public synchronized void refusePurges(boolean refuses) {
        refusesPurges = refuses;
    }

    /** Throws when it is asked to purge, or does not. */
    public synchronized void failPurges(boolean fails) {
        failsPurges = fails;
    }

    /** Throws at each of the next {@code n} releases, and keeps the memory. */
    public synchronized void failReleases(int n) {
        releasesToFail = n;
    }

    /** Does something while the system is busy with a purge. */
    public synchronized void whilePurging(Runnable task) {
        meanwhile = task;
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
        if (region.address() != 0) {
            byAddress.put(region.address(), region);
        }
        return region;
    }

    /** Whatever the source can do, the contents are lost. */
    @Override
    public synchronized boolean purge(Region region, int from, int bytes) {
        expectOut(region);
        if (failsPurges) {
            throw new IllegalStateException("purge failed on purpose");
        }
        if (refusesPurges) {
            return false;
        }
        if (!source.purge(region, from, bytes)) {
            poison(region, from, bytes);
        }
        meanwhile.run();
        if (bytes == region.bytes()) {
            purged.add(region);
            purges++;
        } else {
            partPurges++;
            int whole = (bytes + OsMemory.PAGE - 1) & -OsMemory.PAGE; // the first page may begin before the region
            partsPurged.merge(region, whole, Integer::sum);
        }
        return true;
    }

    @Override
    public synchronized void release(Region region) {
        expectOut(region);
        if (releasesToFail > 0) {
            releasesToFail--;
            throw new IllegalStateException("release failed on purpose");
        }
        forget(region);
    }

    private void forget(Region region) {
        out.remove(region);
        purged.remove(region);
        partsPurged.remove(region);
        byAddress.remove(region.address());
        if (region.array() != null) {
            Arrays.fill(region.array(), POISON);
        }
        source.release(region);
    }

    private void expectOut(Region region) {
        if (!out.contains(region)) {
            throw new IllegalStateException("a region of " + region.bytes() + " bytes is not out: released twice?");
        }
    }

    private static void poison(Region region, int from, int bytes) {
        if (region.array() != null) {
            Arrays.fill(region.array(), from, from + bytes, POISON);
            return;
        }
        ByteBuffer memory = region.buffer();
        for (int at = from; at < from + bytes; at += POISON_STRIDE) {
            memory.put(at, POISON);
        }
    }

    /** Gives everything back that is out; for the end of a test that leaves memory behind. */
    public synchronized void releaseAll() {
        new ArrayList<>(out).forEach(this::forget);
    }

    @Override
    public boolean isDirect() {
        return source.isDirect();
    }

    @Override
    public boolean isPaged() {
        return source.isPaged();
    }

    /** How often memory was asked for. */
    public synchronized int requests() {
        return requests;
    }

    /** How often a part of a region was purged. */
    public synchronized int partPurges() {
        return partPurges;
    }

    /** How often a region was purged as a whole. */
    public synchronized int purges() {
        return purges;
    }

    /**
     * Bytes of all regions that are out, less what was ever purged of them: at least so much is committed. A source is
     * not told when something purged serves again.
     */
    public synchronized long outBytes() {
        long bytes = reservedBytes() - bytes(purged);
        for (Map.Entry<Region, Integer> part : partsPurged.entrySet()) {
            bytes -= purged.contains(part.getKey())
                    ? 0
                    : Math.min(part.getValue(), part.getKey().bytes());
        }
        return bytes;
    }

    /** Bytes of all regions that are out, whether purged or not. */
    public synchronized long reservedBytes() {
        return bytes(out);
    }

    private static long bytes(Set<Region> regions) {
        return regions.stream().mapToLong(Region::bytes).sum();
    }

    /** Whether a region that is out was purged. */
    public synchronized boolean isPurged(Region region) {
        return purged.contains(region);
    }

    /** What lies at an address, if all of it is in one region that is out. */
    public synchronized ByteBuffer at(long address, int bytes) {
        Map.Entry<Long, Region> below = byAddress.floorEntry(address);
        long offset = below == null ? Long.MAX_VALUE : address - below.getKey();
        if (offset > Integer.MAX_VALUE || offset + bytes > below.getValue().bytes()) {
            throw new IllegalStateException("address: 0x" + Long.toHexString(address) + " and " + bytes
                    + " bytes from there (expected: within a region)");
        }
        return below.getValue().buffer().slice((int) offset, bytes);
    }

    /** The regions that are out, in no order. */
    public synchronized List<Region> regions() {
        return new ArrayList<>(out);
    }
}
