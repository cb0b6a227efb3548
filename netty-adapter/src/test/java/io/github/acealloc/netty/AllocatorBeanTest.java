/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.netty.watch.AceAllocatorMXBean;
import io.github.acealloc.netty.watch.ClassRow;
import io.github.acealloc.netty.watch.Watch;
import io.netty.buffer.ByteBuf;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import javax.management.JMX;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;
import jdk.jfr.FlightRecorder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What JMX shows of allocators: as long as they are there, and if anybody uses JMX. */
@ExtendWith(NoLeakDetection.class)
class AllocatorBeanTest {
    private static final long PATIENCE_NANOS = 20_000_000_000L;
    private static final int LIVE = 1000;

    private static MBeanServer server;

    @BeforeAll
    static void useJmx() {
        server = ManagementFactory.getPlatformMBeanServer();
    }

    private static ObjectName name(String name) {
        try {
            return new ObjectName(name);
        } catch (MalformedObjectNameException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static ObjectName name(AceByteBufAllocator allocator) {
        return name("io.github.acealloc:type=Allocator,name=" + allocator.name());
    }

    private static ObjectName pool() {
        return name("java.nio:type=BufferPool,name=acealloc");
    }

    private static AceAllocatorMXBean bean(AceByteBufAllocator allocator) {
        return JMX.newMXBeanProxy(server, name(allocator), AceAllocatorMXBean.class);
    }

    private static List<ByteBuf> allocate(AceByteBufAllocator allocator) {
        List<ByteBuf> live = new ArrayList<>();
        for (int i = 0; i < LIVE; i++) {
            live.add(allocator.directBuffer(1024));
        }
        live.add(allocator.heapBuffer(100));
        return live;
    }

    @Test
    void theFiguresAreThoseOfTheStatistics() {
        try (AceByteBufAllocator allocator = new AceByteBufAllocator(Laws.config("acealloc.profile", "footprint"))) {
            List<ByteBuf> live = allocate(allocator);
            AceAllocatorMXBean bean = bean(allocator);
            assertThat(bean.getDirectLiveBytes()).isEqualTo(LIVE * 1024);
            assertThat(bean.getHeapLiveBytes()).isPositive().isLessThan(1024);
            assertThat(bean.getDirectCommittedBytes()).isGreaterThan(LIVE * 1024);
            assertThat(bean.getHeapCommittedBytes()).isGreaterThan(bean.getHeapLiveBytes());
            assertThat(bean.getDirectCachedBytes())
                    .isEqualTo(allocator.metric().directStats().cachedBytes());
            assertThat(bean.getHeapCachedBytes())
                    .isEqualTo(allocator.metric().heapStats().cachedBytes());
            assertThat(bean.getDirectLimitBytes())
                    .isEqualTo(allocator.metric().directStats().limitBytes());
            assertThat(bean.getHeapLimitBytes()).isEqualTo(Runtime.getRuntime().maxMemory());
            assertThat(bean.getHeapLimitOrigin()).startsWith("-Xmx");
            assertThat(bean.getDirectLimitOrigin()).contains("raise it with");
            assertThat(bean.getMode()).isEqualTo("learn");
            assertThat(bean.getProfile()).isEqualTo("footprint");
            assertThat(bean.getDirectSource()).isNotEqualTo("byte[]").isNotEmpty();
            assertThat(bean.getHeaps()).isEqualTo(allocator.stats().heaps()).isPositive();
            assertThat(bean.getAllocations()).isEqualTo(LIVE + 1);
            assertThat(bean.getHitRate()).isBetween(0.5, 1.0);
            assertThat(bean.getLoadedBy()).isEqualTo("app");
            assertThat(bean.getDecisions()).isEqualTo(allocator.metric().decisions());
            assertThat(bean.getLastDecisions()).hasSizeLessThanOrEqualTo(20);
            assertThat(bean.print()).contains("allocations", "superslabs");
            assertThat(bean.json()).startsWith("{").contains("\"liveBytes\":");
            assertThat(bean.explain()).contains("direct memory: mode learn", "heap memory: mode learn");
            live.forEach(ByteBuf::release);
        }
    }

    @Test
    void theTableHasWhatWasUsed() throws Exception {
        try (AceByteBufAllocator allocator = new AceByteBufAllocator()) {
            List<ByteBuf> live = allocate(allocator);
            List<ClassRow> rows = bean(allocator).getClasses();
            assertThat(rows).hasSize(2);
            ClassRow direct = rows.get(0);
            assertThat(direct.getKind()).isEqualTo("direct");
            assertThat(direct.getBlockBytes()).isEqualTo(1024);
            assertThat(direct.getLive()).isEqualTo(LIVE);
            assertThat(direct.getAllocations()).isEqualTo(LIVE);
            assertThat(direct.getHitRate()).isBetween(0.5, 0.9999);
            assertThat(direct.getCap()).isPositive();
            assertThat(direct.getCached() + direct.getFree()).isPositive();
            assertThat(direct.getMedianLifetimeMicros()).isNotNegative();
            assertThat(rows.get(1).getKind()).isEqualTo("heap");
            CompositeData[] open = (CompositeData[]) server.getAttribute(name(allocator), "Classes");
            assertThat(open[0].get("blockBytes")).isEqualTo(1024);
            live.forEach(ByteBuf::release);
        }
    }

    @Test
    void trimGivesBack() {
        try (AceByteBufAllocator allocator =
                new AceByteBufAllocator(Laws.config("acealloc.purgeDelayMillis", "3600000"))) {
            allocate(allocator).forEach(ByteBuf::release);
            assertThat(allocator.metric().usedDirectMemory()).isPositive();
            bean(allocator).trim();
            assertThat(allocator.metric().usedDirectMemory()).isZero();
        }
    }

    @Test
    void closedAllocatorsHaveNone() {
        AceByteBufAllocator allocator = new AceByteBufAllocator();
        assertThat(server.isRegistered(name(allocator))).isTrue();
        allocator.close();
        assertThat(server.isRegistered(name(allocator))).isFalse();
        allocator.close();
    }

    private static ObjectName dropped() {
        AceByteBufAllocator allocator = new AceByteBufAllocator();
        allocate(allocator).forEach(ByteBuf::release);
        assertThat(server.isRegistered(name(allocator))).isTrue();
        return name(allocator);
    }

    /** And a bean whose allocator has just gone answers no worse than one without attributes. */
    @Test
    void droppedAllocatorsHaveNone() throws Exception {
        ObjectName name = dropped();
        long start = System.nanoTime();
        while (server.isRegistered(name) && System.nanoTime() - start < PATIENCE_NANOS) {
            System.gc();
            server.queryMBeans(name("io.github.acealloc:*"), null);
            Thread.sleep(20);
        }
        assertThat(server.isRegistered(name)).isFalse();
    }

    @Test
    void theBufferPoolIsTheSum() {
        try (AceByteBufAllocator one = new AceByteBufAllocator();
                AceByteBufAllocator other = new AceByteBufAllocator()) {
            BufferPoolMXBean pool = JMX.newMXBeanProxy(server, pool(), BufferPoolMXBean.class);
            assertThat(pool.getName()).isEqualTo("acealloc");
            assertThat(pool.getObjectName()).isEqualTo(pool());
            List<ByteBuf> live = allocate(one);
            live.addAll(allocate(other));
            assertThat(pool.getCount()).isGreaterThanOrEqualTo(2 * LIVE);
            assertThat(pool.getTotalCapacity()).isGreaterThanOrEqualTo(2 * LIVE * 1024L);
            assertThat(pool.getMemoryUsed())
                    .isGreaterThanOrEqualTo(
                            one.metric().usedDirectMemory() + other.metric().usedDirectMemory());
            live.forEach(ByteBuf::release);
        }
    }

    /** The child: uses an allocator, and JMX only then. */
    static final class Late {
        public static void main(String[] args) throws Exception {
            ByteBuf live = AceByteBufAllocator.DEFAULT.directBuffer(100);
            Thread.sleep(1500); // the governor has looked
            System.out.println(MBeanServerFactory.findMBeanServer(null).size() + " servers, JFR "
                    + FlightRecorder.isInitialized());
            useJmx();
            long start = System.nanoTime();
            while (!server.isRegistered(name(AceByteBufAllocator.DEFAULT))
                    && System.nanoTime() - start < PATIENCE_NANOS) {
                Thread.sleep(20);
            }
            System.out.println(server.queryNames(name("io.github.acealloc:*"), null));
            System.out.println(server.isRegistered(pool()));
            AceByteBufAllocator.DEFAULT.close();
            System.out.println("stays " + server.isRegistered(name(AceByteBufAllocator.DEFAULT)));
            try (AceByteBufAllocator only = new AceByteBufAllocator()) {
                System.out.println("own " + server.isRegistered(name(only)));
            }
            live.release();
        }
    }

    @Test
    void nothingOfJmxOrJfrIsMadeBeforeOthersDo() {
        assertThat(new ChildJvm().run(Late.class))
                .contains("0 servers, JFR false")
                .contains("[io.github.acealloc:type=Allocator,name=default]")
                .contains("true")
                .contains("stays true")
                .contains("own true");
    }

    /** The child: a JVM that was made without JMX and JFR. */
    static final class Without {
        public static void main(String[] args) {
            Logger.getLogger(Watch.class.getName()).setLevel(Level.ALL);
            try (LogCapture log = new LogCapture(Watch.class)) {
                ByteBuf buf = AceByteBufAllocator.DEFAULT.directBuffer(100);
                new AceByteBufAllocator().close();
                System.out.println(buf.capacity() + " bytes, " + log.lines());
            }
        }
    }

    @Test
    void withoutJmxThereIsOneLineForEachAllocator() {
        assertThat(new ChildJvm()
                        .with("--limit-modules=java.base,java.logging,jdk.unsupported")
                        .run(Without.class))
                .contains(
                        "100 bytes, [FINE JMX does not show the allocator default, FINE JMX does not show the allocator 1]");
    }
}
