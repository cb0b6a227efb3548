/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.watch;

import io.github.acealloc.AceStats;
import java.lang.management.BufferPoolMXBean;
import java.lang.ref.WeakReference;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.ToLongFunction;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * The direct memory of all allocators together, beside the JVM's own buffer pools: those do not know of it where it comes from the
 * system. Held by who has joined; gone with the last one.
 */
final class PoolBean implements BufferPoolMXBean {
    private static final String NAME = "acealloc";

    /** The one that others may join. Guarded by the class's lock. */
    private static WeakReference<PoolBean> current = new WeakReference<>(null);

    private final Set<Member> members = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    private Beans.Registration registration;

    private PoolBean() {}

    /** An allocator. Compared by identity. */
    static final class Member {
        private final Watched watched;
        private final Moment moment = new Moment();

        /** Held, so that the bean is there for as long as this is. */
        private final PoolBean pool;

        private Member(Watched watched, PoolBean pool) {
            this.watched = watched;
            this.pool = pool;
        }

        /** Counts no more. */
        void leave() {
            pool.leave(this);
        }

        private long sum(ToLongFunction<AceStats> figure) {
            return figure.applyAsLong(moment.of(() -> watched.stats(true)));
        }
    }

    /** Counts an allocator's memory from now on. */
    static synchronized Member join(MBeanServer server, Watched watched) throws JMException {
        PoolBean pool = current.get();
        if (pool == null) {
            pool = new PoolBean();
            pool.registration =
                    Beans.register(server, pool, BufferPoolMXBean.class, "java.nio:type=BufferPool,name=" + NAME);
            current = new WeakReference<>(pool);
        }
        Member member = new Member(watched, pool);
        pool.members.add(member);
        return member;
    }

    private void leave(Member member) {
        synchronized (PoolBean.class) {
            members.remove(member);
            if (members.isEmpty()) {
                current.clear();
                registration.undo();
            }
        }
    }

    private long sum(ToLongFunction<AceStats> figure) {
        synchronized (members) {
            return members.stream().mapToLong(member -> member.sum(figure)).sum();
        }
    }

    @Override
    public String getName() {
        return NAME;
    }

    @Override
    public ObjectName getObjectName() {
        return registration.name();
    }

    /** Live blocks; huge ones, above 1 MiB, are not counted. */
    @Override
    public long getCount() {
        return sum(stats -> stats.classes().stream().mapToLong(c -> c.live()).sum());
    }

    /** What buffers hold. */
    @Override
    public long getTotalCapacity() {
        return sum(AceStats::liveBytes);
    }

    /** What the allocators have from the system. */
    @Override
    public long getMemoryUsed() {
        return sum(AceStats::committedBytes);
    }
}
