/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

/**
 * How long empty superslabs keep their pages: longer for a while where pages that went were needed again within the time for which it
 * pays to keep them. Under the store's lock.
 */
final class StorePatience {
    /** For how many paying times it is remembered that pages were needed again within one of them. */
    private static final int REMEMBERED = 8;

    /** When superslabs that went whole had become empty: a ring of which the last {@link #goneCount} count. */
    private final long[] gone;

    private int goneEnd;
    private int goneCount;

    /** How long it pays to keep pages that will be needed again; 0 if nobody has said. */
    private long payingNanos;

    /** When pages that were given back had last been needed again within that time. */
    private long missedAt;

    private boolean hasMissed;

    /** Remembers so many superslabs that went whole. */
    StorePatience(int most) {
        gone = new long[most];
    }

    void paying(long nanos) {
        payingNanos = nanos;
    }

    /** A superslab went whole that had become empty then. */
    void went(long since) {
        gone[goneEnd] = since;
        goneEnd = (goneEnd + 1) % gone.length;
        goneCount = Math.min(goneCount + 1, gone.length);
    }

    /** A superslab is needed of which none is left; one that went whole would have served. */
    void neededWhole() {
        if (goneCount > 0) {
            goneCount--;
            goneEnd = (goneEnd + gone.length - 1) % gone.length;
            needed(gone[goneEnd]);
        }
    }

    /** A superslab is needed again that had become empty then, and has lost its pages. */
    void needed(long since) {
        long now = System.nanoTime();
        if (now - since < payingNanos) {
            hasMissed = true;
            missedAt = now;
        }
    }

    /** How long an empty superslab keeps its pages now, where the setting is {@code delayNanos}. */
    long delay(long now, long delayNanos) {
        hasMissed &= (now - missedAt) / REMEMBERED < payingNanos;
        return hasMissed && delayNanos > 0 ? Math.max(delayNanos, payingNanos) : delayNanos;
    }
}
