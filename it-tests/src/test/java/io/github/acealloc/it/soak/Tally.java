/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

import io.github.acealloc.it.Payload;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What became of the exchanges of one kind: served, or refused while there was an excuse; anything else is an error. */
final class Tally {
    private static final long EXCUSED_PATIENCE = TimeUnit.SECONDS.toNanos(5);
    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(20);

    private final Journal journal;
    private final AtomicLong exchanges = new AtomicLong();
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong unanswered = new AtomicLong();

    Tally(Journal journal) {
        this.journal = journal;
    }

    /** All answers have come and were right. */
    void served(List<Payload> payloads) {
        exchanges.incrementAndGet();
        requests.addAndGet(payloads.size());
        bytes.addAndGet(payloads.stream().mapToLong(Payload::size).sum());
    }

    /** The connection that was begun then has broken, or could not be made. */
    void broken(Throwable cause, long start) {
        if (!journal.excuses(start)) {
            throw new AssertionError("a connection broke without a reason", cause);
        }
        refused.incrementAndGet();
    }

    /** Whether to wait no longer for the answers of an exchange. */
    boolean isGivenUp(long start) {
        long waited = System.nanoTime() - start;
        if (waited > EXCUSED_PATIENCE && journal.excuses(start)) {
            unanswered.incrementAndGet();
            return true;
        }
        if (waited > PATIENCE) {
            throw new AssertionError("no answer after " + TimeUnit.NANOSECONDS.toSeconds(waited) + " s");
        }
        return false;
    }

    long exchanges() {
        return exchanges.get();
    }

    /** Connections that were closed or not taken. */
    long refused() {
        return refused.get();
    }

    /** Connections that stayed open without an answer. */
    long unanswered() {
        return unanswered.get();
    }

    @Override
    public String toString() {
        return requests + " requests in " + exchanges + " exchanges, " + (bytes.get() >> 20) + " MiB each way, "
                + refused + " refused, " + unanswered + " unanswered";
    }
}
