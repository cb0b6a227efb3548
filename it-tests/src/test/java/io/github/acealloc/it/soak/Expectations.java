/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

import io.github.acealloc.it.LostBytes;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import java.nio.channels.ClosedChannelException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import javax.net.ssl.SSLException;

/** Which failures are what a fault of the last moments must lead to. */
final class Expectations implements Predicate<Throwable> {
    /** It takes so long at most until a handler that has failed is heard of. */
    private static final long ECHO = TimeUnit.SECONDS.toNanos(3);

    private static final String LOGGED = "logged: ";

    private final Journal journal;
    private final Set<String> logged = ConcurrentHashMap.newKeySet();
    private final AtomicLong exhausted = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();

    Expectations(Journal journal) {
        this.journal = journal;
    }

    @Override
    public boolean test(Throwable failure) {
        if (Exhaustion.isCauseOf(failure)) {
            exhausted.incrementAndGet();
            return was(Fault.MEMORY_LIMIT);
        }
        if (failure instanceof RejectedExecutionException) {
            return was(Fault.LOOP_ENDS); // a proxy's front, whose back is no more
        }
        if (failure instanceof LostBytes) {
            lost.incrementAndGet();
            return was(Fault.MEMORY_LIMIT);
        }
        if (failure instanceof WebSocketClientHandshakeException) {
            return was(Fault.MEMORY_LIMIT); // UnansweredHandshakeTest tells why
        }
        if (isOfTls(failure)) {
            return was(Fault.MEMORY_LIMIT) || (isClosed(failure) && journal.excuses(System.nanoTime() - ECHO));
        }
        return isLoggedOnPurpose(failure);
    }

    /** Netty drops the record that it has no memory for; then TLS finds that one is missing, or that the peer gave up. */
    private static boolean isOfTls(Throwable failure) {
        return failure instanceof SSLException
                || (failure instanceof DecoderException && failure.getCause() instanceof SSLException);
    }

    private static boolean isClosed(Throwable failure) {
        return failure instanceof SSLException && failure.getCause() instanceof ClosedChannelException;
    }

    private boolean was(Fault fault) {
        return journal.was(fault, System.nanoTime() - ECHO);
    }

    /** The governor names the allocator and says it once. */
    private boolean isLoggedOnPurpose(Throwable failure) {
        Throwable thrown = failure.getCause();
        return failure.getMessage() != null
                && failure.getMessage().startsWith(LOGGED)
                && thrown != null
                && String.valueOf(thrown.getMessage()).startsWith(UnreliableMemory.ON_PURPOSE)
                && logged.add(failure.getMessage());
    }

    /** How many allocators the governor has told a failure of. */
    int logged() {
        return logged.size();
    }

    /** How often a server or a client was told that there is no memory. */
    long exhausted() {
        return exhausted.get();
    }

    /** How often bytes of a stream were missing, which is to happen at the limit only. */
    long lost() {
        return lost.get();
    }
}
