/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.control.Decision;
import io.github.acealloc.control.LearnedPolicy;
import io.github.acealloc.netty.PolicyFile.Policies;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * Carries a learned policy over from one run to the next: reads the file at the start, writes it when something was decided (a
 * minute apart at least) and at the end. A file that is not a learned policy is never written over. Whatever is wrong with the file is
 * said once when the allocator is made, or later if it comes later, and once more at exit; the allocator goes on without.
 */
final class PolicyKeeper {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(PolicyKeeper.class);
    private static final long BETWEEN_NANOS = 60_000_000_000L;

    private final Path file;
    private final boolean keeps;
    private boolean writes;
    private Supplier<Policies> learned;
    private long written = System.nanoTime();

    /** Why the file could not be read or written at last; null if it could. */
    private String refusal;

    private boolean said;

    PolicyKeeper(Path file, boolean writes) {
        keeps = writes;
        this.file = file;
        this.writes = writes;
    }

    /**
     * What the file holds; nothing if there is none or it is not to be used. If it is to be written and cannot be, that is said
     * now, not only when there is something to lose.
     */
    synchronized Policies read() {
        Policies policies = Policies.NONE;
        if (!Files.exists(file)) {
            LOGGER.info("acealloc.policy: {} is not there yet; starting without", file);
        } else {
            try {
                policies = PolicyFile.read(file);
            } catch (IOException | RuntimeException e) {
                // The exception's class belongs to it: a path alone says nothing.
                failed("is ignored: " + e + (writes ? "; nothing is written over it" : ""));
                return policies;
            }
        }
        if (writes) {
            try {
                PolicyFile.checkWritable(file);
            } catch (IOException | RuntimeException e) {
                failed("cannot be written: " + e);
            }
        }
        return policies;
    }

    /** Remembers it for the end, and says it unless something was said before. */
    private void failed(String what) {
        refusal = what;
        if (!said) {
            said = true;
            LOGGER.warn("acealloc.policy: {} {}", file, refusal);
        }
    }

    /** Says where to find what is to be written. */
    void keep(Supplier<LearnedPolicy> direct, Supplier<LearnedPolicy> heap) {
        learned = () -> new Policies(direct.get(), heap.get());
    }

    /** Told of each decision. */
    synchronized void decided(Decision decision) {
        if (decision.applied() && System.nanoTime() - written >= BETWEEN_NANOS) {
            write();
        }
    }

    /** Writes what is known now, if anything was learned. */
    synchronized void write() {
        written = System.nanoTime();
        if (!writes) {
            return;
        }
        try {
            Policies policies = learned.get();
            if (!policies.isEmpty()) {
                PolicyFile.write(file, policies);
                refusal = null;
            }
        } catch (IOException | RuntimeException e) {
            failed("cannot be written: " + e);
        }
    }

    /** Writes when the JVM ends. Loggers may have ended before, so what goes wrong is said on standard error. */
    synchronized void atExit() {
        write();
        if (keeps && refusal != null) {
            System.err.println("acealloc.policy: " + file + " was not written at the end; it " + refusal);
        }
    }

    /** Writes for the last time: whoever uses the file from now on may know more. */
    synchronized void end() {
        write();
        writes = false;
    }
}
