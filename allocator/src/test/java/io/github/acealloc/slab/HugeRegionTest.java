/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.slab;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.os.OsMemory;
import io.github.acealloc.os.Region;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pages of a huge region, against one object for each page. */
class HugeRegionTest {
    private static final int PAGES = HugeRegion.GRANULE / OsMemory.PAGE;
    private static final int STEPS = 3_000;

    /** What must be true of a page. */
    private static final class Page {
        private Slab in;
        private boolean kept;
    }

    private final SlabTable table = new SlabTable();
    private HugeRegion region;
    private Page[] model;
    private final List<Slab> live = new ArrayList<>();

    /** Granules from which pages are lent at the moment. */
    private int lentFrom;

    private int lentEnd;

    private void open(int granules) {
        region = new HugeRegion(Region.heap(new byte[granules * HugeRegion.GRANULE]));
        model = new Page[granules * PAGES];
        for (int i = 0; i < model.length; i++) {
            model[i] = new Page();
        }
    }

    private boolean isOpen(int granule) {
        if (granule * PAGES >= model.length || (lentFrom <= granule && granule < lentEnd)) {
            return false;
        }
        return model[granule * PAGES].in == null; // a block fills the first page of each of its granules
    }

    /** What a place costs; negative if it is none. A place is a whole run of granules. */
    private int cost(int granule, int pages) {
        int end = granule;
        while (isOpen(end)) {
            end++;
        }
        int spare = (end - granule) * PAGES - pages;
        boolean isRun = isOpen(granule) && (granule == 0 || !isOpen(granule - 1));
        return isRun && spare >= 0 ? 2 * missing(granule, pages) + Math.min(spare, pages) : -1;
    }

    private int missing(int granule, int pages) {
        int missing = 0;
        for (int page = granule * PAGES; page < granule * PAGES + pages; page++) {
            missing += model[page].kept ? 0 : 1;
        }
        return missing;
    }

    private int cheapest(int pages) {
        int best = HugeRegion.NONE;
        for (int granule = 0; granule < model.length / PAGES; granule++) {
            int cost = cost(granule, pages);
            if (cost >= 0 && (best < 0 || cost < cost(best, pages))) {
                best = granule;
            }
        }
        return best;
    }

    private Slab take(int granule, int pages) {
        Slab slab = region.take(granule, pages, table);
        assertThat(slab.offset(0)).isEqualTo(granule * HugeRegion.GRANULE);
        assertThat(slab.blockBytes()).isEqualTo(pages * OsMemory.PAGE);
        assertThat(slab.isFree(0)).isFalse();
        for (int page = granule * PAGES; page < granule * PAGES + pages; page++) {
            model[page].in = slab;
            model[page].kept = false;
        }
        live.add(slab);
        return slab;
    }

    private void give(Slab slab) {
        region.give(slab);
        live.remove(slab);
        for (Page page : model) {
            if (page.in == slab) {
                page.in = null;
                page.kept = true;
            }
        }
    }

    private void lendAndTakeBack(long bytes, boolean wentBack, Runnable meanwhile) {
        int end = model.length;
        while (!model[end - 1].kept) {
            end--;
        }
        int from = end;
        while (from > 0 && model[from - 1].kept && (end - from) * (long) OsMemory.PAGE < bytes) {
            from--;
        }
        assertThat(region.lend(bytes, table)).isEqualTo((end - from) * OsMemory.PAGE);
        assertThat(region.goesFrom()).isLessThanOrEqualTo(from * OsMemory.PAGE);
        assertThat(region.goesFrom() + region.goesBytes()).isGreaterThanOrEqualTo(end * OsMemory.PAGE);
        lentFrom = region.goesFrom() / HugeRegion.GRANULE;
        lentEnd = (region.goesFrom() + region.goesBytes() - 1) / HugeRegion.GRANULE + 1;
        for (int page = region.goesFrom() / OsMemory.PAGE;
                page < (region.goesFrom() + region.goesBytes()) / OsMemory.PAGE;
                page++) {
            assertThat(model[page].in).as("with the user: %s", page).isNull();
            boolean isOurs = page >= from && page < end;
            assertThat(model[page].kept).as("kept: %s", page).isEqualTo(isOurs);
        }
        for (int page = from; page < end; page++) {
            model[page].kept = false;
        }
        assertThat(region.lends()).isFalse();
        expectLaws();
        meanwhile.run();
        region.takeBack(wentBack);
        lentFrom = 0;
        lentEnd = 0;
        for (int page = from; page < end; page++) {
            model[page].kept = !wentBack;
        }
    }

    private void expectLaws() {
        int kept = 0;
        long liveBytes = 0;
        for (Page page : model) {
            kept += page.kept ? 1 : 0;
            liveBytes += page.in != null ? OsMemory.PAGE : 0;
        }
        assertThat(region.keptBytes()).isEqualTo(kept * OsMemory.PAGE);
        assertThat(region.liveBytes()).isEqualTo(liveBytes);
        assertThat(region.isEmpty()).isEqualTo(live.isEmpty() && lentEnd == 0);
        assertThat(region.lends()).isEqualTo(kept > 0 && lentEnd == 0);
    }

    private void takeSome(Random random) {
        int pages = 1 + random.nextInt(random.nextInt(10) == 0 ? model.length : 3 * PAGES);
        int granule = cheapest(pages);
        assertThat(region.find(pages)).isEqualTo(granule);
        if (granule >= 0) {
            assertThat(region.missing(granule, pages)).isEqualTo(missing(granule, pages));
            assertThat(region.cost(granule, pages)).isEqualTo(cost(granule, pages));
            take(granule, pages);
        }
    }

    private void giveSome(Random random) {
        if (!live.isEmpty()) {
            give(live.get(random.nextInt(live.size())));
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 3", "3, 10", "4, 10", "5, 64"})
    void eachStepDoesWhatItDoesToPages(long seed, int granules) {
        open(granules);
        Random random = new Random(seed);
        for (int step = 0; step < STEPS; step++) {
            int kind = random.nextInt(20);
            if (kind < 9) {
                takeSome(random);
            } else if (kind < 17) {
                giveSome(random);
            } else if (region.lends()) {
                long bytes = random.nextBoolean() ? Long.MAX_VALUE : 1 + random.nextInt(HugeRegion.GRANULE);
                lendAndTakeBack(bytes, random.nextInt(4) > 0, () -> {
                    takeSome(random);
                    giveSome(random);
                });
            }
            expectLaws();
        }
    }

    @Test
    void aBlockOfTheSamePagesHasTheSameSlabUntilTheyAreAnothersOrGoBack() {
        open(4);
        Slab slab = take(0, 300);
        Slab behind = take(2, 200);
        give(slab);
        give(behind);
        assertThat(take(0, 300)).isSameAs(slab);
        give(slab);
        Slab shorter = take(0, 299);
        assertThat(shorter).isNotSameAs(slab);
        give(shorter);
        assertThat(take(0, 300)).as("its pages were another's").isNotSameAs(slab);
        assertThat(take(2, 200)).as("beside them").isSameAs(behind);
        give(behind);
        lendAndTakeBack(1, true, () -> {});
        assertThat(take(2, 200)).as("a page of it went back").isNotSameAs(behind);
    }

    @Test
    void aSlabThatIsForgottenIsFoundByItsAddressNoMore() {
        long address = 1 << 20;
        ByteBuffer memory = ByteBuffer.allocateDirect(4 * HugeRegion.GRANULE);
        HugeRegion there = new HugeRegion(Region.direct(memory, null, address));
        Slab first = there.take(0, 10, table);
        Slab second = there.take(1, 10, table);
        assertThat(table.find(address)).isSameAs(first);
        assertThat(table.find(address + HugeRegion.GRANULE)).isSameAs(second);
        there.give(first);
        assertThat(table.find(address)).as("released").isSameAs(first);
        Slab third = there.take(0, 5, table);
        assertThat(table.find(address)).isSameAs(third);
        there.give(second);
        there.give(third);
        there.forgetAll(table);
        assertThat(table.size()).isZero();
    }

    @Test
    void aBrokenLawIsSeen() {
        open(4);
        Slab slab = take(0, 10);
        assertThat(region.liveBytes()).isEqualTo(10 * OsMemory.PAGE);
        slab.give(0);
        assertThat(region.liveBytes()).isEqualTo(-1);
    }
}
