/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.inside;

import java.lang.invoke.CallSite;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.MutableCallSite;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.ZipFile;

/**
 * One copy of Netty in the JVM, and what its allocators call: nothing at first, ACE once that has been defined for this copy.
 *
 * <p>The first request for a buffer does that. Who asks meanwhile waits, but not for ever: should the first one wait for him in turn, by
 * the initialisation of a class, he goes Netty's road this time. The same holds for requests that are made on the way, for
 * instance by a logger.
 */
final class NettyCopy {
    private static final int PATIENCE_SECONDS = 5;
    private static final Set<String> REQUESTS = Set.of("direct", "heap");

    private final Class<?> parent;
    private final ZipFile jar;
    private final ReentrantLock taking = new ReentrantLock();
    private boolean tried;

    // Under the lock of this object.
    private final List<Site> waiting = new ArrayList<>();
    private Door door;

    /** A call site that may have to be told of the door. */
    private record Site(String name, MutableCallSite site) {}

    /**
     * A copy.
     *
     * @param parent the class that both allocators extend
     * @param jar the agent's
     */
    NettyCopy(Class<?> parent, ZipFile jar) {
        this.parent = parent;
        this.jar = jar;
    }

    CallSite site(String name, MethodType type) {
        MutableCallSite site = new MutableCallSite(MethodHandles.empty(type));
        add(new Site(name, site));
        if (REQUESTS.contains(name)) {
            take();
        }
        return site;
    }

    private synchronized void add(Site site) {
        if (door != null) {
            connect(site);
        } else {
            waiting.add(site);
        }
    }

    private void connect(Site site) {
        site.site().setTarget(door.method(site.name()).asType(site.site().type()));
    }

    private void take() {
        try {
            if (taking.isHeldByCurrentThread() || !taking.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            if (!tried) {
                tried = true;
                open();
            }
        } finally {
            taking.unlock();
        }
    }

    @SuppressWarnings("CatchThrowable") // the server has to run
    private void open() {
        try {
            open(Door.to(parent, jar));
        } catch (Throwable e) {
            Throwable why = e instanceof ExceptionInInitializerError && e.getCause() != null ? e.getCause() : e;
            Transformer.stays(
                    Names.of(parent.getName().replace('.', '/')).root(), parent.getClassLoader(), why.toString());
        }
    }

    private synchronized void open(Door opened) {
        door = opened;
        waiting.forEach(this::connect);
        MutableCallSite.syncAll(waiting.stream().map(Site::site).toArray(MutableCallSite[]::new));
        waiting.clear();
    }
}
