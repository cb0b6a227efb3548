/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.slab.SizeClasses;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * When blocks of each size class were allocated by each thread, and when those were released, by whomever, in the order of
 * time. It keeps the first events of each and counts the others.
 */
final class EventLog {
    private final int most;
    private final Map<Thread, Events[]> threads = new HashMap<>();

    /** Keeps so many events of each thread and class. */
    EventLog(int most) {
        this.most = most;
    }

    /** The events of one thread's blocks of one class. */
    final class Events {
        private final int blockBytes;
        private long[] nanos = new long[1 << 6];
        private boolean[] allocated = new boolean[1 << 6];
        private int length;
        private long allocations;

        private Events(int blockBytes) {
            this.blockBytes = blockBytes;
        }

        int blockBytes() {
            return blockBytes;
        }

        int length() {
            return length;
        }

        void released() {
            synchronized (EventLog.this) {
                add(false);
            }
        }

        private void add(boolean allocation) {
            if (length < most) {
                if (length == nanos.length) {
                    nanos = Arrays.copyOf(nanos, 2 * length);
                    allocated = Arrays.copyOf(allocated, 2 * length);
                }
                nanos[length] = System.nanoTime();
                allocated[length] = allocation;
                length++;
            }
        }

        /** Returns the trace: for each event {@code deltaNanos << 1 | allocation} as an unsigned LEB128 number. */
        byte[] trace() {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            long before = nanos[0];
            for (int i = 0; i < length; i++) {
                long value = (nanos[i] - before) << 1 | (allocated[i] ? 1 : 0);
                for (; value >= 0x80; value >>>= 7) {
                    out.write((int) ((value & 0x7f) | 0x80));
                }
                out.write((int) value);
                before = nanos[i];
            }
            return out.toByteArray();
        }
    }

    /** The calling thread allocates; returns whom to tell of the release. */
    synchronized Events allocated(int size) {
        int sizeClass = SizeClasses.of(size);
        Events[] classes = threads.computeIfAbsent(Thread.currentThread(), unused -> new Events[SizeClasses.COUNT]);
        if (classes[sizeClass] == null) {
            classes[sizeClass] = new Events(SizeClasses.blockBytes(sizeClass));
        }
        classes[sizeClass].allocations++;
        classes[sizeClass].add(true);
        return classes[sizeClass];
    }

    /** Returns the class with the most allocations by one thread. */
    synchronized Events busiest() {
        Events busiest = null;
        for (Events[] classes : threads.values()) {
            for (Events events : classes) {
                if (events != null && (busiest == null || events.allocations > busiest.allocations)) {
                    busiest = events;
                }
            }
        }
        if (busiest == null) {
            throw new IllegalStateException("allocations: 0 (expected: some)");
        }
        return busiest;
    }
}
