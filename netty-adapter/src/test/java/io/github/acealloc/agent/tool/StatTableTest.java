/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The table of two readings: rates, order, units and width. */
class StatTableTest {
    private static final long SECOND = 1_000_000_000;

    private static List<String> allocator(String name, long allocations, long refills) {
        return List.of(
                "allocator\t" + name + "\tio.netty\tapp",
                "memory\tdirect\t3145728\t1536\t0\t1073741824\t2147483648\t" + allocations,
                "class\t1024\t3072\t1\t" + allocations + "\t" + refills + "\t64\t25000",
                "class\t2048\t1\t0\t0\t0\t32\t0",
                "decision\t2048\t2026-01-01T00:00:00Z\t3\t64\t128\t32\t32\tfalse\ttrue\t" + "for a reason ".repeat(9),
                "json\t{}");
    }

    private static Figures figures(long nanos, List<String> lines) {
        return new Figures(nanos, Figures.of(lines).allocators());
    }

    private static String table(List<String> before, List<String> now) {
        return new StatTable(figures(0, before), figures(2 * SECOND, now)).text();
    }

    @Test
    void showsRatesOfTheTimeBetween() {
        String text = table(allocator("default", 1_000, 10), allocator("default", 21_000, 12));
        assertThat(text.lines().toList().subList(0, 5))
                .containsExactly(
                        "memory             live     cached       free  committed      limit     used    allocs/s      hits",
                        "direct            3 MiB    1.5 KiB        0 B      1 GiB      2 GiB  50.00 %      10,000   99.99 %",
                        "",
                        "class        memory          allocs/s       live    blocks    cached       cap      hits  lifetime",
                        "1 KiB        direct            10,000      3 MiB     3,072         1        64   99.99 %     25 us");
        assertThat(text).containsPattern("\n2 KiB +direct +0 +2 KiB +1 +0 +32 +- +-\n");
    }

    @Test
    void keepsToItsWidth() {
        String text = table(allocator("default", 0, 0), allocator("default", 1, 1));
        assertThat(text).containsPattern("\\d\\d:\\d\\d:00 direct +2 KiB of heap 3: cap 64 -> 128; for a reason.*…");
        assertThat(text.lines()).allMatch(line -> line.length() <= 100);
    }

    @Test
    void tellsAllocatorsApart() {
        List<String> both = new ArrayList<>(allocator("default", 0, 0));
        both.addAll(allocator("1", 20_000, 0));
        List<String> before = new ArrayList<>(allocator("default", 0, 0));
        before.addAll(allocator("1", 0, 0));
        assertThat(table(before, both))
                .containsPattern("\n1 direct .* 0 +-\n2 direct .* 10,000 +100 %\n")
                .contains("2 is allocator 1 for io.netty of class loader app\n")
                .containsPattern("hits +lifetime\n1 KiB +2 direct +10,000 ");
    }

    @Test
    void countsAnAllocatorThatIsNewFromItsBeginning() {
        assertThat(table(List.of(), allocator("default", 20_000, 0))).containsPattern("\ndirect .* 10,000 +100 %\n");
    }

    @Test
    void leavesOutClassesThatMatterLeast() {
        List<String> now =
                new ArrayList<>(List.of("allocator\tdefault\tio.netty\tapp", "memory\tdirect\t0\t0\t0\t0\t-1\t0"));
        for (int i = 1; i <= 15; i++) {
            now.add("class\t" + i * 16 + "\t1\t0\t" + i * 20 + "\t0\t1\t0");
        }
        assertThat(table(List.of(), now))
                .containsPattern("\n240 B +direct +150 ")
                .containsPattern("\n64 B +direct +40 ")
                .doesNotContainPattern("\n48 B ")
                .contains("\n3 more with 96 B live and 60 allocs/s\n");
    }

    @Test
    void roundsNoMissAway() {
        assertThat(Units.percent(0.999999)).isEqualTo("99.99 %");
        assertThat(Units.percent(1)).isEqualTo("100 %");
        assertThat(Units.percent(Double.NaN)).isEqualTo("-");
        assertThat(Units.time(1_500)).isEqualTo("1.5 us");
        assertThat(Units.time(250_000_000)).isEqualTo("250 ms");
        assertThat(Units.size(-1)).isEqualTo("-");
        assertThat(Units.size(1_572_864)).isEqualTo("1.5 MiB");
    }
}
