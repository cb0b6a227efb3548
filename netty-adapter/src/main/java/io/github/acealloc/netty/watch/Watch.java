/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.watch;

import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import javax.management.MBeanServer;

/**
 * Shows one allocator in JMX and JFR from when these are in use until the allocator is closed or has gone.
 *
 * <p>Neither tells when somebody first uses it, and to be the first takes hundreds of milliseconds. So this looks now and then whether
 * somebody has, when it is told to, which costs next to nothing. For any thread.
 */
public final class Watch {
    private static final InternalLogger LOGGER = InternalLoggerFactory.getInstance(Watch.class);
    private static final long BETWEEN_NANOS = 1_000_000_000;

    private final Watched watched;

    /** When to look again; without a lock, so that looking costs nothing in between. */
    private volatile long next = System.nanoTime();

    // Under the lock of this object.
    private boolean jmx = true;
    private boolean jfr = true;
    private Beans.Registration bean;
    private PoolBean.Member pool;
    private Totals totals;

    /**
     * Of an allocator that nobody has seen yet.
     *
     * @param watched held until {@link #close}
     */
    public Watch(Watched watched) {
        this.watched = watched;
    }

    /** Looks whether JMX and JFR are in use, once a second at most. Never throws. */
    public void look() {
        if (System.nanoTime() - next >= 0) {
            next = System.nanoTime() + BETWEEN_NANOS;
            lookNow();
        }
    }

    private synchronized void lookNow() {
        if (jmx) {
            jmx = attempt("JMX", () -> register(Beans.server()));
        }
        if (jfr) {
            jfr = attempt("JFR", this::hook);
        }
    }

    /** One step; says whether it is to be done again. */
    @FunctionalInterface
    private interface Step {
        boolean isAgain() throws Exception;
    }

    @SuppressWarnings("CatchThrowable") // a server runs without being looked at
    private boolean attempt(String what, Step step) {
        try {
            return step.isAgain();
        } catch (OutOfMemoryError | StackOverflowError e) {
            return true;
        } catch (Throwable e) {
            LOGGER.debug("{} does not show the allocator {}", what, watched.name(), e);
            return false;
        }
    }

    private boolean register(MBeanServer server) throws Exception {
        if (server == null) {
            return true;
        }
        if (bean == null) {
            bean = Beans.register(
                    server,
                    new AllocatorBean(watched),
                    AceAllocatorMXBean.class,
                    "io.github.acealloc:type=Allocator,name=" + watched.name());
        }
        pool = PoolBean.join(server, watched);
        return false;
    }

    private boolean hook() throws Exception {
        if (ModuleLayer.boot().findModule("jdk.jfr").isEmpty()) {
            return false;
        }
        if (Totals.isWanted()) {
            totals = Totals.of(watched);
        }
        return totals == null;
    }

    /** Shows it no more. Never throws. */
    public synchronized void close() {
        jmx = false;
        jfr = false;
        attempt("JMX", () -> {
            if (bean != null) {
                bean.undo();
            }
            return false;
        });
        attempt("JMX", () -> {
            if (pool != null) {
                pool.leave();
            }
            return false;
        });
        attempt("JFR", () -> {
            if (totals != null) {
                totals.undo();
            }
            return false;
        });
    }
}
