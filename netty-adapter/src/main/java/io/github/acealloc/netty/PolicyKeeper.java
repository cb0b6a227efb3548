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
 * minute apart at least) and at the end. Whatever is wrong with the file is said once, and the allocator goes on without.
 */
final class PolicyKeeper {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(PolicyKeeper.class);
    private static final long BETWEEN_NANOS = 60_000_000_000L;

    private final Path file;
    private boolean writes;
    private Supplier<Policies> learned;
    private long written = System.nanoTime();
    private boolean failed;

    PolicyKeeper(Path file, boolean writes) {
        this.file = file;
        this.writes = writes;
    }

    /** What the file holds; nothing if there is none or it is not to be used. */
    Policies read() {
        if (!Files.exists(file)) {
            LOGGER.info("acealloc.policy: {} is not there yet; starting without", file);
            return Policies.NONE;
        }
        try {
            return PolicyFile.read(file);
        } catch (IOException | RuntimeException e) {
            LOGGER.warn("acealloc.policy: {} is ignored: {}", file, e.toString()); // a path alone says nothing
            return Policies.NONE;
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
            if (!policies.equals(Policies.NONE)) {
                PolicyFile.write(file, policies);
            }
        } catch (IOException | RuntimeException e) {
            if (!failed) {
                failed = true;
                LOGGER.warn("acealloc.policy: {} cannot be written; said once", file, e);
            }
        }
    }

    /** Writes for the last time: whoever uses the file from now on may know more. */
    synchronized void end() {
        write();
        writes = false;
    }
}
