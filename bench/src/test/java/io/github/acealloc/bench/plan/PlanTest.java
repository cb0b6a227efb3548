/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static Selection all() {
        return selection(List.of(Workload.values()), 1);
    }

    private static Selection selection(List<Workload> workloads, int threads) {
        return new Selection(
                workloads,
                Selection.ALL_MIXES,
                Selection.ALL_LIVE,
                Selection.ALL_KINDS,
                List.of(Leak.values()),
                threads,
                true);
    }

    @Test
    void fullPlanHasEveryWorkloadWithBothLeakSettings() {
        List<Cell> cells = Plan.full(all());

        for (Workload workload : Workload.values()) {
            List<Leak> leaks = cells.stream()
                    .filter(cell -> cell.workload() == workload)
                    .map(Cell::leak)
                    .distinct()
                    .toList();
            if (workload == Workload.ACCESS || workload.family() == Family.MEMORY) {
                assertThat(leaks).containsExactly(Leak.DISABLED);
            } else {
                assertThat(leaks).containsExactly(Leak.DISABLED, Leak.DEFAULT);
            }
        }
    }

    @Test
    void fullPlanCrossesAllParametersOfThePattern() {
        List<Cell> cells = Plan.full(selection(List.of(Workload.PATTERN), 1));

        assertThat(cells).doesNotHaveDuplicates();
        assertThat(cells)
                .filteredOn(cell -> cell.parameters().get(Cell.TOUCH).equals("false"))
                .hasSize(2 * 4 * 2 * 2);
        assertThat(cells)
                .filteredOn(cell -> cell.parameters().get(Cell.TOUCH).equals("true"))
                .hasSize(2 * 4);
    }

    @Test
    void threadsAreAParameterOnlyWhereThereAreSeveral() {
        assertThat(Plan.full(all())).noneMatch(cell -> cell.parameters().containsKey(Cell.THREADS));
        assertThat(Plan.full(selection(List.of(Workload.MIXED), 2)))
                .allMatch(cell -> cell.parameters().get(Cell.THREADS).equals("2"));
        assertThat(Plan.full(selection(List.of(Workload.PRODUCER_CONSUMER), 2)))
                .noneMatch(cell -> cell.parameters().containsKey(Cell.THREADS));
    }

    @Test
    void memoryWorkloadsTakeTheFirstLeakSetting() {
        Selection selection = new Selection(
                List.of(Workload.MLEAK), List.of(), List.of(), List.of("heap"), List.of(Leak.DEFAULT), 2, true);

        assertThat(Plan.full(selection)).singleElement().extracting(Cell::title).isEqualTo("mleak [leak default]");
    }

    @Test
    void someMemoryWorkloadsHaveSeveralSizes() {
        List<Cell> cells = Plan.full(selection(List.of(Workload.MANY_LOOPS, Workload.BIG, Workload.HUGE), 1));

        assertThat(Plan.sized(cells, List.of(), List.of())).isEqualTo(cells).allMatch(cell -> cell.size() == 0);
        List<Cell> sized = Plan.sized(cells, List.of(8, 256), List.of(16_384));
        assertThat(sized).extracting(Cell::size).containsExactly(8, 256, 16_384, 0);
        assertThat(sized)
                .extracting(Cell::title)
                .contains("many-loops 256 loops [leak disabled]", "big 16384 MiB [leak disabled]");
    }

    @Test
    void quickPlanIsShortAndHasTheServer() {
        List<Cell> cells = Plan.quick(Plan.QUICK);

        assertThat(cells).hasSize(7).doesNotHaveDuplicates();
        assertThat(cells).extracting(Cell::workload).contains(Workload.HTTP);
    }

    @Test
    void titlesTellCellsApart() {
        assertThat(Plan.full(all())).extracting(Cell::title).doesNotHaveDuplicates();
        assertThat(Plan.full(all()).get(0).title()).isEqualTo("pattern direct websocket 128 live [leak disabled]");
    }
}
