/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.os.OsMemory;
import java.util.BitSet;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The books of a superslab's pages, held against sets of pages that are found byte by byte. */
class PurgedPagesTest {
    private static final int PAGE = OsMemory.PAGE;
    private static final int COUNT = PurgedPages.COUNT;
    private static final int BYTES = Superslab.UNITS * Superslab.UNIT_BYTES;
    private static final int STEPS = 60;

    @Provide
    Arbitrary<Integer> shifts() {
        return Arbitraries.of(0, 64, 2048, PAGE - 64);
    }

    @Property(tries = 200)
    void agreesWithSets(@ForAll("shifts") int shift, @ForAll long seed) {
        new Shadow(shift, new Random(seed)).run();
    }

    /** What the books should say. */
    private static final class Shadow {
        private final int shift;
        private final Random random;
        private final PurgedPages pages;
        private final BitSet purged = new BitSet(COUNT);
        private BitSet free = new BitSet(COUNT);
        private final BitSet settled = new BitSet(COUNT);

        Shadow(int shift, Random random) {
            this.shift = shift;
            this.random = random;
            pages = new PurgedPages((7L << 21) + shift);
        }

        void run() {
            for (int i = 0; i < STEPS; i++) {
                int kind = random.nextInt(16);
                if (kind < 3) {
                    look();
                } else if (kind < 5) {
                    pages.settle();
                    settled.set(0, COUNT);
                } else if (kind < 7) {
                    give();
                } else if (kind < 10) {
                    purge(random.nextBoolean());
                } else if (kind < 15) {
                    restore();
                } else {
                    pages.restoreAll();
                    purged.clear();
                    free.clear();
                    settled.clear();
                }
                expectAgreement();
            }
        }

        /** The pages that bytes lie in, but that of the records. */
        private BitSet pagesOf(int offset, int bytes) {
            BitSet set = new BitSet(COUNT);
            for (int page = 0; page < COUNT; page++) {
                int begin = page * PAGE - shift;
                if (begin < offset + bytes && offset < begin + PAGE) {
                    set.set(page);
                }
            }
            return set;
        }

        private int randomOffset() {
            return random.nextInt(8) == 0 ? BYTES - 16 * (1 + random.nextInt(300)) : 16 * random.nextInt(BYTES / 16);
        }

        private int randomBytes(int offset) {
            int most = Math.min(BYTES - offset, 16 << random.nextInt(17));
            return random.nextInt(8) == 0 ? BYTES - offset : 16 * (1 + random.nextInt(most / 16));
        }

        private void look() {
            free = new BitSet(COUNT);
            free.set(0, COUNT);
            pages.look();
            for (int n = random.nextInt(40); n > 0; n--) {
                int offset = randomOffset();
                int bytes = Math.min(randomBytes(offset), 64 << 10);
                pages.use(offset, bytes);
                free.andNot(pagesOf(offset, bytes));
            }
            BitSet broken = (BitSet) purged.clone();
            broken.andNot(free);
            assertThat(pages.isBroken()).isEqualTo(!broken.isEmpty());
        }

        private void give() {
            int offset = randomOffset();
            int bytes = randomBytes(offset);
            pages.give(offset, bytes);
            settled.andNot(pagesOf(offset, bytes));
        }

        private BitSet candidates(boolean settled) {
            BitSet set = (BitSet) free.clone();
            set.andNot(purged);
            if (settled) {
                set.and(this.settled);
            }
            return set;
        }

        private void purge(boolean settled) {
            BitSet expected = candidates(settled);
            int end;
            for (int first = pages.next(0, settled); first < COUNT; first = pages.next(end, settled)) {
                end = pages.end(first, settled);
                assertThat(end).isEqualTo(expected.nextClearBit(first));
                if (random.nextInt(3) > 0) {
                    int part = random.nextBoolean() ? end : first + 1 + random.nextInt(end - first);
                    pages.purge(first, part);
                    purged.set(first, part);
                }
            }
        }

        private void restore() {
            int offset = randomOffset();
            int bytes = randomBytes(offset);
            BitSet gone = pagesOf(offset, bytes);
            gone.and(purged);
            assertThat(pages.countIn(offset, bytes)).isEqualTo(gone.cardinality());
            pages.restore(offset, bytes);
            purged.andNot(gone);
            assertThat(pages.countIn(offset, bytes)).isZero();
        }

        private void expectAgreement() {
            assertThat(pages.count()).isEqualTo(purged.cardinality());
            assertThat(pages.countIn(0, BYTES)).isEqualTo(purged.cardinality());
            for (boolean settled : new boolean[] {true, false}) {
                BitSet expected = candidates(settled);
                for (int from = 0; from < COUNT; from += 1 + random.nextInt(70)) {
                    int next = expected.nextSetBit(from);
                    assertThat(pages.next(from, settled)).isEqualTo(next < 0 ? COUNT : next);
                    assertThat(pages.end(from, settled)).isEqualTo(Math.min(expected.nextClearBit(from), COUNT));
                }
                assertThat(pages.next(COUNT, settled)).isEqualTo(COUNT);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 64, 2048})
    void thePageOfTheRecordsNeverCounts(int shift) {
        PurgedPages pages = new PurgedPages((3L << 21) + shift);
        pages.look();
        assertThat(pages.next(0, false)).isZero();
        assertThat(pages.end(0, false)).isEqualTo(COUNT);
        pages.purge(0, COUNT);
        int inLastPage = shift == 0 ? 0 : BYTES - shift;
        if (inLastPage > 0) {
            assertThat(pages.countIn(inLastPage, shift)).isZero();
            pages.restore(inLastPage, shift);
            assertThat(pages.count()).isEqualTo(COUNT);
            assertThat(pages.countIn(inLastPage - 1, 1)).isEqualTo(1);
        }
        assertThat(pages.countIn(BYTES - PAGE, PAGE)).isEqualTo(1);
        assertThat(pages.countIn(0, 1)).isEqualTo(1);
        pages.restore(0, BYTES);
        assertThat(pages.count()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 64, 2048})
    void pagesBeginAtMultiplesOfTheirSizeButTheFirstWithTheSuperslab(int shift) {
        PurgedPages pages = new PurgedPages((3L << 21) + shift);
        assertThat(pages.offset(0)).isZero();
        for (int page = 1; page <= COUNT; page++) {
            assertThat((pages.offset(page) + shift) % PAGE).isZero();
            assertThat(pages.offset(page)).isEqualTo(page * PAGE - shift);
        }
    }

    @Test
    void whatWasFreeBeforeAllWasRestoredIsNotSettled() {
        PurgedPages pages = new PurgedPages(0);
        pages.settle();
        pages.restoreAll();
        pages.look();
        assertThat(pages.next(0, true)).isEqualTo(COUNT);
        pages.settle();
        assertThat(pages.next(0, true)).isZero();
    }

    @Test
    void aPageThatWasUsedBetweenTwoLooksIsNotSettled() {
        PurgedPages pages = new PurgedPages(0);
        pages.look();
        assertThat(pages.next(0, true)).as("nobody knows since when it is free").isEqualTo(COUNT);
        pages.settle();
        pages.give(3 * PAGE, 1);
        pages.look();
        assertThat(pages.end(0, true)).isEqualTo(3);
        assertThat(pages.next(3, true)).isEqualTo(4);
        pages.settle();
        assertThat(pages.next(3, true)).isEqualTo(3);
    }
}
