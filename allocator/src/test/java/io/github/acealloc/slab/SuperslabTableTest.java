/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import io.github.acealloc.testing.Racers;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The table against a list of what is in it: each address of a superslab's units is found, and none beside them. */
class SuperslabTableTest {
    private static final int UNITS_BYTES = Superslab.UNITS * Superslab.UNIT_BYTES;
    private static final int BYTES = Superslab.bytes(true);
    static final int SUPERSLABS = 8;

    /** What one table of the second level covers. */
    private static final long LEAF = 16L << 30;

    private static final long HIGHEST = 1L << 47;
    private static final ByteBuffer MEMORY = ByteBuffer.allocateDirect(BYTES);

    private static Superslab superslab(long address) {
        return new Superslab(Region.direct(MEMORY, null, address), Superslab.UNITS, true);
    }

    /**
     * A row of superslabs, some close together and some apart, from just below the end of a second-level table on. Each
     * number adds that superslab, or removes it if it is in.
     */
    @Property(tries = 500)
    void findsWhatIsInIt(
            @ForAll @IntRange(max = UNITS_BYTES) int below,
            @ForAll @Size(SUPERSLABS) List<@IntRange(max = 3) Integer> gaps,
            @ForAll @Size(max = 40) List<@IntRange(max = SUPERSLABS - 1) Integer> ops,
            @ForAll long seed) {
        SuperslabTable table = new SuperslabTable();
        List<Superslab> row = row(5 * LEAF - 2L * BYTES - below / 64 * 64L, gaps);
        boolean[] in = new boolean[SUPERSLABS];
        Random random = new Random(seed);
        for (int op : ops) {
            in[op] = !in[op];
            if (in[op]) {
                table.add(row.get(op));
            } else {
                table.remove(row.get(op));
            }
            for (int i = 0; i < SUPERSLABS; i++) {
                expect(table, row.get(i), in[i], random);
            }
            expectNothingBetween(table, row);
        }
    }

    /** Gap 0 is none at all, others are odd multiples of a cache line, or of a superslab. */
    private static List<Superslab> row(long start, List<Integer> gaps) {
        List<Superslab> row = new ArrayList<>();
        long address = start;
        for (int gap : gaps) {
            address += gap == 3 ? 3L * BYTES : 7L * gap * OsMemory.ALIGNMENT;
            row.add(superslab(address));
            address += BYTES;
        }
        return row;
    }

    private static void expect(SuperslabTable table, Superslab superslab, boolean in, Random random) {
        Superslab expected = in ? superslab : null;
        long address = superslab.address();
        for (long offset : new long[] {0, 1, UNITS_BYTES / 2, UNITS_BYTES - 1, random.nextInt(UNITS_BYTES)}) {
            assertThat(table.find(address + offset)).as("at " + offset).isSameAs(expected);
        }
        // The last page holds no blocks; it may lie in a third frame, where nobody looks for it.
        for (long offset : new long[] {UNITS_BYTES, BYTES - 1L}) {
            Superslab found = table.find(address + offset);
            assertThat(found == null || found == expected).isTrue();
        }
    }

    private static void expectNothingBetween(SuperslabTable table, List<Superslab> row) {
        long end = row.get(0).address() - BYTES;
        for (Superslab superslab : row) {
            for (long address = end; address < superslab.address(); address += BYTES / 3) {
                assertThat(table.find(address)).isNull();
            }
            assertThat(end == superslab.address() ? null : table.find(superslab.address() - 1))
                    .isNull();
            end = superslab.address() + BYTES;
        }
        assertThat(table.find(end)).isNull();
        assertThat(table.find(end + BYTES)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                OsMemory.ALIGNMENT,
                UNITS_BYTES - 64,
                UNITS_BYTES,
                UNITS_BYTES + 64,
                LEAF - UNITS_BYTES,
                LEAF - 64,
                LEAF,
                LEAF + 64,
                HIGHEST - UNITS_BYTES - OsMemory.PAGE,
                HIGHEST - 64
            })
    void findsASuperslabWhereverItLies(long address) {
        SuperslabTable table = new SuperslabTable();
        Superslab superslab = superslab(address);
        table.add(superslab);
        expect(table, superslab, true, new Random(1));
        assertThat(table.find(address - 1)).isNull();
        assertThat(table.find(address + BYTES)).isNull();
        table.remove(superslab);
        expect(table, superslab, false, new Random(1));
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                0,
                1,
                -1,
                Long.MIN_VALUE,
                Long.MAX_VALUE,
                1L << 47,
                1L << 48,
                (1L << 48) - 1,
                -1L << 48,
                -1L << 47,
                LEAF + (1L << 48),
                LEAF + (1L << 63),
                LEAF - (1L << 49)
            })
    void findsNothingAtNumbersThatAreNoAddressesOfIts(long address) {
        SuperslabTable table = new SuperslabTable();
        assertThat(table.find(address)).as("in an empty table").isNull();
        table.add(superslab(LEAF));
        table.add(superslab(HIGHEST - BYTES));
        assertThat(table.find(address)).isNull();
    }

    @Test
    void whoReadsWhileOthersWriteFindsTheRightOneOrNone() {
        SuperslabTable table = new SuperslabTable();
        List<Superslab> row = row(3 * LEAF - 4L * BYTES - 64, List.of(0, 1, 0, 2, 0, 3, 1, 0));
        for (int i = 0; i < SUPERSLABS; i += 2) {
            table.add(row.get(i));
        }
        AtomicInteger writing = new AtomicInteger(2);
        Racers racers = new Racers();
        for (int first = 1; first <= 3; first += 2) {
            int mine = first;
            racers.on(() -> {
                try {
                    for (int i = 0; i < 100_000; i++) {
                        Superslab superslab = row.get(mine + (i & 4));
                        table.add(superslab);
                        assertThat(table.find(superslab.address() + i)).isSameAs(superslab);
                        table.remove(superslab);
                        assertThat(table.find(superslab.address() + i)).isNull();
                    }
                } finally {
                    writing.decrementAndGet();
                }
            });
        }
        racers.on(() -> {
                    Random random = new Random(2);
                    while (writing.get() > 0) {
                        int i = random.nextInt(SUPERSLABS);
                        Superslab found = table.find(row.get(i).address() + random.nextInt(UNITS_BYTES));
                        if (found != row.get(i) && (found != null || i % 2 == 0)) {
                            throw new AssertionError("at " + i);
                        }
                    }
                })
                .go();
    }
}
