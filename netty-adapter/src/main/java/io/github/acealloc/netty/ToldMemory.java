/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;

/** A source of memory that tells the flight recorder what it gets and gives back, if that wants to know. */
final class ToldMemory implements OsMemory {
    private final OsMemory memory;
    private final boolean isPooled;

    private ToldMemory(OsMemory memory, boolean isPooled) {
        this.memory = memory;
        this.isPooled = isPooled;
    }

    /** The source itself where there is nobody to tell. */
    static OsMemory over(OsMemory memory) {
        return Jfr.SHOWS_BUFFERS ? new ToldMemory(memory, true) : memory;
    }

    @Override
    public OsMemory forLoneBlocks() {
        return new ToldMemory(memory.forLoneBlocks(), false);
    }

    @Override
    public Region reserve(int bytes) {
        boolean isTold = ChunkEvent.Allocate.isOn();
        Region region = memory.reserve(bytes);
        if (isTold) {
            reserved(region);
        }
        return region;
    }

    private void reserved(Region region) {
        try {
            ChunkEvent.Allocate.commit(region, isPooled);
        } catch (OutOfMemoryError | StackOverflowError ignored) {
            // lost: the memory must not be
        }
    }

    @Override
    public void release(Region region) {
        if (ChunkEvent.Free.isOn()) {
            releaseTold(region);
        } else {
            memory.release(region);
        }
    }

    private void releaseTold(Region region) {
        ChunkEvent.Free event = null;
        try {
            event = ChunkEvent.Free.begin(region, isPooled);
        } catch (OutOfMemoryError | StackOverflowError ignored) {
            // lost
        }
        memory.release(region);
        if (event != null) {
            try {
                event.commit();
            } catch (OutOfMemoryError | StackOverflowError ignored) {
                // lost
            }
        }
    }

    @Override
    public boolean purge(Region region, int from, int bytes) {
        return memory.purge(region, from, bytes);
    }

    @Override
    public String source() {
        return memory.source();
    }

    @Override
    public boolean isDirect() {
        return memory.isDirect();
    }

    @Override
    public boolean isLazy() {
        return memory.isLazy();
    }
}
