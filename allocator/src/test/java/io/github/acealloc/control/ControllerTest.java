/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.acealloc.control.Controller.Choice;
import io.github.acealloc.control.Controller.Memory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each branch of the controller, with answers that were worked out by hand. */
class ControllerTest {
    private static final int BYTES = 1024;
    private static final int BATCH = 16;
    private static final int START = 256;
    private static final double MISS = 160;
    private static final Economics ECONOMICS = new Economics(Profile.BALANCED.price(), MISS);

    /** 84 ms: a block of 1 KiB, of which a sixteenth of a refill of 160 ns fetches one, at 8 GiB for a core. */
    private static final long TAU = (long) (MISS / BATCH * 8 * (1 << 20));

    private static ReadingMaker at(int cap) {
        return new ReadingMaker(0, BYTES, cap, BATCH);
    }

    private static Choice marks(ReadingMaker reading) {
        return decide(Policy.MARKS, reading, Memory.NONE);
    }

    private static Choice decide(Policy policy, ReadingMaker reading, Memory memory) {
        return Controller.decide(policy, reading.make(), memory, ECONOMICS, START);
    }

    private static void expect(Choice choice, int cap, int batch, String reason) {
        assertThat(choice.cap()).as("cap of %s", choice).isEqualTo(cap);
        assertThat(choice.batch()).as("batch of %s", choice).isEqualTo(batch);
        assertThat(choice.reason()).isEqualTo(reason);
    }

    @Test
    void theBreakEvenIntervalIsWhatTheTestsTakeItFor() {
        assertThat(ECONOMICS.tau(BYTES, BATCH)).isCloseTo(TAU, within(1.0));
    }

    @ParameterizedTest
    @EnumSource(names = {"MARKS", "SWING"})
    void aClassThatDoesNothingIsLeftAlone(Policy policy) {
        Choice choice = decide(policy, at(64), Memory.NONE);
        expect(choice, 64, BATCH, "");
        assertThat(choice.predicted()).isZero();
        assertThat(choice.rolledBack()).isFalse();
        assertThat(choice.memory()).isEqualTo(Memory.NONE);
    }

    // ---- water marks

    @Test
    void overflowThatWasNeededAgainRaisesTheCapToWhatWouldHaveBeenEnough() {
        expect(marks(at(64).swing(200).watched(2, TAU)), 216, BATCH, "overflow was needed again");
    }

    @Test
    void itIsNotRaisedForLittle() {
        expect(marks(at(64).swing(64).watched(2, TAU)), 64, BATCH, "");
        expect(marks(at(64).swing(65).watched(2, TAU)), 81, BATCH, "overflow was needed again");
    }

    @Test
    void overflowThatWasNeededLateHalvesTheCap() {
        expect(marks(at(64).swing(200).watched(2, 2 * TAU + 2)), 32, BATCH, "overflow was not needed again");
        expect(marks(at(64).swing(200).watched(2, 2 * TAU - 2)), 216, BATCH, "overflow was needed again");
    }

    @Test
    void overflowThatWasNeverNeededHalvesTheCapButLeavesABatch() {
        expect(marks(at(64).swing(200).watched(0, TAU + 1)), 32, BATCH, "overflow was not needed again");
        expect(marks(at(64).swing(200).watched(0, TAU - 1)), 64, BATCH, "");
        expect(marks(at(24).swing(200).watched(0, TAU + 1)), BATCH, BATCH, "overflow was not needed again");
        expect(marks(at(20).swing(200).watched(0, TAU + 1)), 20, BATCH, "");
        expect(marks(at(BATCH).swing(200).watched(0, TAU + 1)), BATCH, BATCH, "");
    }

    @Test
    void missesWithoutAWatchSayNothing() {
        expect(marks(at(64).swing(200).misses(100, 100)), 64, BATCH, "");
    }

    @Test
    void aClassThatWentQuietAndLeftBlocksIdleKeepsWhatIsInUse() {
        expect(marks(at(256).aged(81).level(30).allocations(50)), 30, BATCH, "it went quiet and left blocks idle");
        expect(marks(at(256).aged(80).level(30).allocations(50)), 256, BATCH, "");
        expect(marks(at(256).aged(81).level(3).allocations(50)), BATCH, BATCH, "it went quiet and left blocks idle");
    }

    @Test
    void itIsNotLoweredForLittle() {
        expect(marks(at(100).aged(200).level(80)), 100, BATCH, "");
        expect(marks(at(100).aged(200).level(79)), 79, BATCH, "it went quiet and left blocks idle");
    }

    // ---- bounds

    @Test
    void theCapGrowsByABoundedFactorAtATime() {
        int most = Controller.MOST_GROWTH;
        expect(marks(at(64).swing(1 << 20).watched(1, 1)), 64 * most, BATCH, "overflow was needed again");
        expect(marks(at(4).swing(1 << 20).watched(1, 1)), BATCH * most, BATCH, "overflow was needed again");
        expect(marks(at(0).swing(1 << 20).watched(1, 1)), BATCH * most, BATCH, "overflow was needed again");
    }

    @Test
    void noCapGrowsBeyondTheHighest() {
        expect(
                marks(at(8192).swing(Integer.MAX_VALUE).watched(1, 1)),
                Controller.MOST_CAP,
                BATCH,
                "overflow was needed again");
        expect(marks(at(Controller.MOST_CAP + 7).swing(Integer.MAX_VALUE).watched(1, 1)), 16391, BATCH, "");
    }

    // ---- the expected swing

    @Test
    void theSwingIsExpectedFromRateAndLifetimes() {
        double mean = 1e5;
        ReadingMaker reading = at(64).allocations(100_000).lifetimes(mean, mean);
        double live = 100_000.0 / ReadingMaker.TURN * mean;
        double swing = 2 * Math.sqrt(live) * Math.sqrt(2 * Math.log(1 + TAU / mean));
        Choice choice = decide(Policy.SWING, reading, Memory.NONE);
        expect(choice, (int) Math.ceil(BATCH + swing), BATCH, "the swing to be expected");
        assertThat(choice.cap()).isEqualTo(90);
        Choice bursty = decide(Policy.SWING, reading, new Memory(4, 0, 0, 0));
        assertThat(bursty.cap()).isEqualTo((int) Math.ceil(BATCH + 2 * swing));
    }

    @Test
    void withoutLifetimesTheWaterMarksDecide() {
        ReadingMaker reading = at(64).allocations(1000).swing(200).watched(2, TAU);
        assertThat(decide(Policy.SWING, reading, Memory.NONE)).isEqualTo(marks(reading));
    }

    @Test
    void whatIsExpectedIsNotGivenToAClassWhoseOverflowWasNotNeededAgain() {
        ReadingMaker reading = at(64).allocations(100_000).lifetimes(1e5, 1e5).watched(1, TAU + 1);
        expect(decide(Policy.SWING, reading, Memory.NONE), 32, BATCH, "overflow was not needed again");
    }

    @Test
    void burstinessIsBelievedAtOnceAndForgottenSlowly() {
        double mean = 1e5;
        double expected = CapPlanner.swing(1e-3, mean, ReadingMaker.TURN);
        ReadingMaker threeTimes =
                at(64).allocations(100_000).lifetimes(mean, mean).swing((int) Math.round(3 * expected));
        ReadingMaker asExpected =
                at(64).allocations(100_000).lifetimes(mean, mean).swing((int) Math.round(expected));
        Memory bursty = decide(Policy.SWING, threeTimes, Memory.NONE).memory();
        assertThat(bursty.burstiness()).isCloseTo(9, within(0.3));
        Memory calmer = decide(Policy.SWING, asExpected, bursty).memory();
        assertThat(calmer.burstiness()).isCloseTo(bursty.burstiness() + 0.1 * (1 - bursty.burstiness()), within(0.01));
        Memory noMiss = decide(Policy.SWING, at(64).allocations(100_000).lifetimes(mean, mean), bursty)
                .memory();
        assertThat(noMiss.burstiness()).as("no miss, no news").isEqualTo(bursty.burstiness());
    }

    @Test
    void theFixedPolicyWantsTheStart() {
        expect(decide(Policy.FIXED, at(64).swing(9).watched(9, 1), Memory.NONE), START, BATCH, "the default");
        expect(decide(Policy.FIXED, at(START), Memory.NONE), START, BATCH, "");
    }

    @Test
    void aLifetimeWithoutEndStillLeavesACap() {
        double forever = Double.POSITIVE_INFINITY;
        Choice choice = decide(Policy.SWING, at(64).allocations(1000).lifetimes(forever, forever), Memory.NONE);
        assertThat(choice.cap()).isBetween(1, Controller.MOST_CAP);
    }

    @Test
    void aCapOfZeroIsLeftAloneOrAReasonIsTold() {
        Choice choice =
                Controller.decide(Policy.MARKS, new ReadingMaker(0, BYTES, 0, 1).make(), Memory.NONE, ECONOMICS, START);
        assertThat(choice.reason().isEmpty()).isEqualTo(choice.cap() == 0);
    }

    // ---- rolling back

    private static double costOf(int misses) {
        return misses * MISS / ReadingMaker.TURN;
    }

    @Test
    void aLowerCapIsRememberedWithWhatTheClassCostBefore() {
        Choice choice = marks(at(64).watched(0, TAU + 1).misses(300, 200).level(10));
        double held = 10.0 * BYTES * Profile.BALANCED.price();
        assertThat(choice.memory().earlierCap()).isEqualTo(64);
        assertThat(choice.memory().earlierCost()).isCloseTo(costOf(500) + held, within(1e-12));
        assertThat(marks(at(64).watched(1, 1).swing(500)).memory().earlierCap())
                .as("a higher one is not")
                .isZero();
    }

    @Test
    void aLowerCapThatMadeThingsWorseIsTakenBack() {
        Memory lowered = new Memory(2, 0, 64, costOf(600));
        Choice choice = decide(Policy.MARKS, at(32).misses(500, 401), lowered);
        expect(choice, 64, BATCH, "it cost more");
        assertThat(choice.rolledBack()).isTrue();
        assertThat(choice.predicted()).isCloseTo(-costOf(301), within(1e-12));
        assertThat(choice.memory()).isEqualTo(new Memory(2, 32, 0, 0));
        expect(decide(Policy.MARKS, at(32).misses(500, 399), lowered), 32, BATCH, "");
    }

    @Test
    void nothingIsTakenBackForWhatNobodyNotices() {
        Memory lowered = new Memory(1, 0, 64, costOf(1));
        assertThat(decide(Policy.MARKS, at(32).misses(3, 4), lowered).rolledBack())
                .as("9.6e-6 cores more, seven times as much")
                .isFalse();
        assertThat(decide(Policy.MARKS, at(32).misses(4, 4), lowered).rolledBack())
                .as("11.2e-6 cores more")
                .isTrue();
    }

    @Test
    void aCapThatWasRaisedMeanwhileIsNotTakenBack() {
        Memory lowered = new Memory(1, 0, 64, costOf(1));
        assertThat(decide(Policy.MARKS, at(64).misses(500, 500), lowered).rolledBack())
                .isFalse();
    }

    @Test
    void afterThatTheCapIsNotLoweredForAWhileButRaisedAtOnce() {
        Memory memory = new Memory(1, 32, 0, 0);
        Choice raised = decide(Policy.MARKS, at(64).swing(200).watched(1, 1), memory);
        assertThat(raised.cap()).isEqualTo(216);
        for (int turn = 32; turn > 0; turn--) {
            assertThat(memory.coolDown()).isEqualTo(turn);
            Choice choice = decide(Policy.MARKS, at(64).watched(0, TAU + 1), memory);
            expect(choice, 64, BATCH, "");
            memory = choice.memory();
        }
        expect(decide(Policy.MARKS, at(64).watched(0, TAU + 1), memory), 32, BATCH, "overflow was not needed again");
    }

    // ---- batches

    @ParameterizedTest
    @CsvSource({
        "1024, 8, 100, 36", // sqrt(2 * 1e-6 * 80 / (1024 / 8 GiB)) = 36.6
        "1024, 8, 70, 16", // 30.7 is less than twice what it is
        "1024, 8, 6, 16", // 9.0 is more than half of it
        "1024, 8, 4, 7",
        "1024, 8, 100000, 256",
        "1048576, 1, 1, 1", // a batch would cost more than it saves
        "1024, 8, 0, 16",
    })
    void theBatchIsTheEconomicOrderQuantity(int bytes, int gib, long moved, int batch) {
        Economics economics = new Economics(1.0 / ((double) gib * (1 << 30)), MISS);
        Reading reading = new ReadingMaker(0, bytes, 1024, BATCH).moved(moved).make();
        Choice choice = Controller.decide(Policy.MARKS, reading, Memory.NONE, economics, START);
        expect(choice, 1024, batch, batch == BATCH ? "" : "batch for what passes");
    }

    @Test
    void noBatchIsLargerThanTheCap() {
        expect(marks(at(40).moved(100_000)), 40, 40, "batch for what passes");
        Choice halved = marks(at(40).moved(100_000).watched(0, TAU + 1));
        expect(halved, 20, 20, "overflow was not needed again");
    }

    @Test
    void whatIsPredictedOfAHigherCapIsMissesSavedLessBytesHeld() {
        Choice choice = marks(at(64).swing(200).watched(1, 1).misses(100, 100));
        double held = (216 - 64) / 2.0 * BYTES * Profile.BALANCED.price();
        assertThat(choice.predicted()).isCloseTo(held - costOf(200), within(1e-12));
    }

    @Test
    void whatIsPredictedOfALowerCapIsBytesNotHeld() {
        Choice choice = marks(at(256).aged(400).level(100).misses(100, 0));
        assertThat(choice.cap()).isEqualTo(100);
        assertThat(choice.predicted()).isZero();
        Choice halved = marks(at(256).watched(0, TAU + 1).level(200));
        assertThat(halved.predicted()).isCloseTo(-72.0 * BYTES * Profile.BALANCED.price(), within(1e-12));
    }

    @ParameterizedTest
    @EnumSource
    void theSameReadingGivesTheSameDecision(Policy policy) {
        ReadingMaker reading = at(64).allocations(12345)
                .misses(78, 9)
                .moved(1234)
                .swing(300)
                .watched(3, TAU)
                .lifetimes(1e6, 9e5);
        Memory memory = new Memory(3, 2, 70, 0.5);
        Choice first = decide(policy, reading, memory);
        for (Policy other : Policy.values()) {
            decide(other, at(1), Memory.NONE);
        }
        assertThat(decide(policy, reading, memory)).isEqualTo(first);
    }
}
