/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.watch;

import io.github.acealloc.AceStats;
import io.github.acealloc.control.Decision;
import io.github.acealloc.heap.ClassFigures;
import java.util.ArrayList;
import java.util.List;

/** An allocator's figures as JMX wants them. */
final class AllocatorBean implements AceAllocatorMXBean {
    private static final int DECISIONS = 20;

    private final Watched watched;
    private final Moment direct = new Moment();
    private final Moment heap = new Moment();

    AllocatorBean(Watched watched) {
        this.watched = watched;
    }

    /** One row of the table. */
    private record Row(String kind, ClassFigures figures) implements ClassRow {
        @Override
        public String getKind() {
            return kind;
        }

        @Override
        public int getBlockBytes() {
            return figures.blockBytes();
        }

        @Override
        public long getLive() {
            return figures.live();
        }

        @Override
        public long getCached() {
            return figures.cached();
        }

        @Override
        public long getFree() {
            return figures.free();
        }

        @Override
        public long getAllocations() {
            return figures.allocations();
        }

        @Override
        public double getHitRate() {
            return figures.hitRate();
        }

        @Override
        public int getCap() {
            return figures.cap();
        }

        @Override
        public double getMedianLifetimeMicros() {
            return figures.lifetimeNanos() / 1e3;
        }
    }

    private AceStats direct() {
        return direct.of(() -> watched.stats(true));
    }

    private AceStats heap() {
        return heap.of(() -> watched.stats(false));
    }

    private AceStats both() {
        return direct().plus(heap(), watched.isLimitShared());
    }

    @Override
    public String getLoadedBy() {
        ClassLoader loader = AllocatorBean.class.getClassLoader();
        if (loader == null) {
            return "boot";
        }
        return loader.getName() != null ? loader.getName() : loader.getClass().getName();
    }

    @Override
    public String getMode() {
        return watched.mode();
    }

    @Override
    public String getProfile() {
        return watched.profile();
    }

    @Override
    public String getDirectSource() {
        return watched.source(true);
    }

    @Override
    public long getDirectLiveBytes() {
        return direct().liveBytes();
    }

    @Override
    public long getDirectCachedBytes() {
        return direct().cachedBytes();
    }

    @Override
    public long getDirectCommittedBytes() {
        return direct().committedBytes();
    }

    @Override
    public long getDirectLimitBytes() {
        return direct().limitBytes();
    }

    @Override
    public String getDirectLimitOrigin() {
        return watched.limitOrigin(true);
    }

    @Override
    public long getHeapLiveBytes() {
        return heap().liveBytes();
    }

    @Override
    public long getHeapCachedBytes() {
        return heap().cachedBytes();
    }

    @Override
    public long getHeapCommittedBytes() {
        return heap().committedBytes();
    }

    @Override
    public long getHeapLimitBytes() {
        return heap().limitBytes();
    }

    @Override
    public String getHeapLimitOrigin() {
        return watched.limitOrigin(false);
    }

    @Override
    public int getHeaps() {
        return direct().heaps() + heap().heaps();
    }

    @Override
    public long getAllocations() {
        return direct().allocations() + heap().allocations();
    }

    @Override
    public double getHitRate() {
        return both().hotShare();
    }

    @Override
    public List<ClassRow> getClasses() {
        List<ClassRow> rows = new ArrayList<>();
        addRows(rows, "direct", direct());
        addRows(rows, "heap", heap());
        return rows;
    }

    private static void addRows(List<ClassRow> rows, String kind, AceStats stats) {
        for (ClassFigures c : stats.classes()) {
            if (c.live() + c.cached() + c.free() + c.allocations() > 0) {
                rows.add(new Row(kind, c));
            }
        }
    }

    @Override
    public long getDecisions() {
        return watched.decisions(true) + watched.decisions(false);
    }

    @Override
    public List<String> getLastDecisions() {
        List<Decision> all = both().decisions();
        return all.subList(Math.max(all.size() - DECISIONS, 0), all.size()).stream()
                .map(Decision::toString)
                .toList();
    }

    @Override
    public void trim() {
        watched.trim();
    }

    @Override
    public String print() {
        return both().print();
    }

    @Override
    public String json() {
        return both().json();
    }

    @Override
    public String explain() {
        return watched.explain();
    }
}
