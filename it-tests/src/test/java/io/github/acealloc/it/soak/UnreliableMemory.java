/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;

/** The system's direct memory, except that it sometimes fails to take memory back when that is wanted. */
final class UnreliableMemory implements OsMemory {
    static final String ON_PURPOSE = "failed on purpose: ";

    private final OsMemory system = OsMemory.direct();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong outBytes = new AtomicLong();
    private final AtomicLong partsRefused = new AtomicLong();
    private final Random random; // safe for use by any thread
    private volatile double purgeFailures;
    private volatile double silentPurgeFailures;
    private volatile double releaseFailures;
    private volatile boolean refusesParts;

    UnreliableMemory(long seed) {
        random = new Random(seed);
    }

    /** Fails at these shares of what it is asked to take back; a purge fails with an exception, or just says no. */
    void fail(double purges, double silentPurges, double releases) {
        purgeFailures = purges;
        silentPurgeFailures = silentPurges;
        releaseFailures = releases;
    }

    /** Does what it is asked again. */
    void recover() {
        fail(0, 0, 0);
    }

    /** Takes no parts back any more, as a system that cannot. */
    void refuseParts() {
        refusesParts = true;
    }

    /** How often it has failed. */
    long failures() {
        return failures.get();
    }

    /** How often it was asked for a part in vain. */
    long partsRefused() {
        return partsRefused.get();
    }

    /** What is out, pages that were given back included. */
    long outBytes() {
        return outBytes.get();
    }

    private boolean fails(double share) {
        if (random.nextDouble() >= share) {
            return false;
        }
        failures.incrementAndGet();
        return true;
    }

    @Override
    public Region reserve(int bytes) {
        Region region = system.reserve(bytes);
        outBytes.addAndGet(bytes);
        return region;
    }

    /** Of a part it does not just say no, as for a whole: that would be for good. */
    @Override
    public boolean purge(Region region, int from, int bytes) {
        boolean isPart = bytes != region.bytes();
        if (fails(purgeFailures)) {
            throw new IllegalStateException(ON_PURPOSE + "madvise of " + bytes + " bytes");
        }
        if (!isPart && fails(silentPurgeFailures)) {
            return false;
        }
        boolean done = (!isPart || !refusesParts) && system.purge(region, from, bytes);
        if (isPart && !done) {
            partsRefused.incrementAndGet();
        }
        return done;
    }

    @Override
    public void release(Region region) {
        if (fails(releaseFailures)) {
            throw new IllegalStateException(ON_PURPOSE + "munmap of " + region.bytes() + " bytes");
        }
        system.release(region);
        outBytes.addAndGet(-region.bytes());
    }

    @Override
    public boolean isDirect() {
        return true;
    }

    @Override
    public boolean isPaged() {
        return system.isPaged();
    }
}
