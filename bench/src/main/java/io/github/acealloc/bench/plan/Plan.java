/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The list of cells that a selection stands for.
 *
 * <p>Leak detection costs time where buffers are allocated, so every allocating workload has a cell for each setting.
 * Four things are measured once only: touching (its cost is the memory's), access (it allocates nothing), the memory
 * workloads (what they show is not the detector's doing), and in the quick plan everything but the tiny-hot batches.
 */
public final class Plan {
    /** The workloads of the quick plan, unless others are asked for. */
    public static final List<Workload> QUICK = List.of(
            Workload.PATTERN, Workload.TINY_HOT, Workload.SINGLE_PAIR, Workload.PRODUCER_CONSUMER, Workload.HTTP);

    private static final List<Integer> QUICK_LIVE = List.of(128, 8192);

    private Plan() {}

    /** Returns every cell of the selection. */
    public static List<Cell> full(Selection selection) {
        List<Cell> cells = new ArrayList<>();
        for (Workload workload : selection.workloads()) {
            switch (workload) {
                case PATTERN -> pattern(selection, cells);
                case ACCESS -> access(selection, cells);
                case HTTP -> selection.leaks().forEach(leak -> cells.add(bare(workload, leak)));
                case FOOTPRINT,
                        GROWTH,
                        LARSON,
                        MLEAK,
                        PHASE_CHANGE,
                        BURSTY,
                        PROXY,
                        LONG_LIVED,
                        MANY_LOOPS,
                        TRICKLE,
                        CYCLE,
                        BIG,
                        HUGE -> cells.add(bare(workload, selection.leaks().get(0)));
                case PRODUCER_CONSUMER, SLICES -> byKind(workload, selection, 1, cells);
                default -> byKind(workload, selection, selection.threads(), cells);
            }
        }
        return cells;
    }

    /**
     * Returns the cells with those workloads in several sizes that have them.
     *
     * @param loops numbers of event loops of many-loops; none for its usual one
     * @param mib MiB that are live in big; none for the usual ones
     */
    public static List<Cell> sized(List<Cell> cells, List<Integer> loops, List<Integer> mib) {
        return cells.stream()
                .flatMap(cell -> switch (cell.workload()) {
                    case MANY_LOOPS -> sized(cell, Cell.LOOPS, loops);
                    case BIG -> sized(cell, Cell.MIB, mib);
                    default -> Stream.of(cell);
                })
                .toList();
    }

    private static Stream<Cell> sized(Cell cell, String name, List<Integer> sizes) {
        Cell bare = new Cell(cell.workload(), Map.of());
        return sizes.isEmpty()
                ? Stream.of(cell)
                : sizes.stream().map(size -> bare.with(name, size).with(Cell.LEAK, cell.leak()));
    }

    /** Returns the few cells that show each workload once. */
    public static List<Cell> quick(List<Workload> workloads) {
        List<Cell> cells = new ArrayList<>();
        for (Workload workload : workloads) {
            Cell direct = new Cell(workload, Map.of(Cell.KIND, "direct"));
            switch (workload) {
                case PATTERN -> {
                    for (int live : QUICK_LIVE) {
                        cells.add(pattern("websocket", live, "direct", false).with(Cell.LEAK, Leak.DISABLED));
                    }
                }
                case TINY_HOT -> {
                    cells.add(direct.with(Cell.LEAK, Leak.DISABLED));
                    cells.add(direct.with(Cell.LEAK, Leak.DEFAULT));
                }
                case ACCESS -> cells.add(access("bytes", "direct"));
                case HTTP -> cells.add(bare(workload, Leak.DEFAULT));
                case FOOTPRINT,
                        GROWTH,
                        LARSON,
                        MLEAK,
                        PHASE_CHANGE,
                        BURSTY,
                        PROXY,
                        LONG_LIVED,
                        MANY_LOOPS,
                        TRICKLE,
                        CYCLE,
                        BIG,
                        HUGE -> cells.add(bare(workload, Leak.DISABLED));
                default -> cells.add(direct.with(Cell.LEAK, Leak.DISABLED));
            }
        }
        return cells;
    }

    private static void pattern(Selection selection, List<Cell> cells) {
        for (String kind : selection.kinds()) {
            for (String mix : selection.mixes()) {
                for (int live : selection.live()) {
                    for (Leak leak : selection.leaks()) {
                        cells.add(threads(pattern(mix, live, kind, false), selection.threads())
                                .with(Cell.LEAK, leak));
                    }
                    if (selection.touch() && kind.equals("direct")) {
                        cells.add(threads(pattern(mix, live, kind, true), selection.threads())
                                .with(Cell.LEAK, selection.leaks().get(0)));
                    }
                }
            }
        }
    }

    private static Cell pattern(String mix, int live, String kind, boolean touch) {
        return new Cell(Workload.PATTERN, Map.of(Cell.KIND, kind))
                .with(Cell.MIX, mix)
                .with(Cell.LIVE, live)
                .with(Cell.TOUCH, touch);
    }

    private static void access(Selection selection, List<Cell> cells) {
        for (String kind : selection.kinds()) {
            for (String operation : Selection.ACCESS_OPERATIONS) {
                cells.add(access(operation, kind));
            }
        }
    }

    private static Cell access(String operation, String kind) {
        return new Cell(Workload.ACCESS, Map.of(Cell.KIND, kind))
                .with(Cell.OPERATION, operation)
                .with(Cell.LEAK, Leak.DISABLED);
    }

    /** A cell without any parameter but the leak setting. */
    private static Cell bare(Workload workload, Leak leak) {
        return new Cell(workload, Map.of(Cell.LEAK, leak.toString()));
    }

    private static void byKind(Workload workload, Selection selection, int threads, List<Cell> cells) {
        for (String kind : selection.kinds()) {
            for (Leak leak : selection.leaks()) {
                cells.add(threads(new Cell(workload, Map.of(Cell.KIND, kind)), threads)
                        .with(Cell.LEAK, leak));
            }
        }
    }

    private static Cell threads(Cell cell, int threads) {
        return threads == 1 ? cell : cell.with(Cell.THREADS, threads);
    }
}
