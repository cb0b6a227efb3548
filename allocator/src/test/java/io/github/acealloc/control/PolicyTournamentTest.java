/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Policies that play against each other on simulated heaps, with costs that are known but for noise. */
class PolicyTournamentTest {
    private static final int SEEDS = 10;
    private static final double NOISE = 0.3;

    /** Rounds enough to settle, with many to spare. */
    private static final int MANY = 5 * PolicyTournament.ROUNDS;

    private final PolicyTournament tournament = new PolicyTournament();

    /** Heaps of loads of their own, on which one policy costs less than the others. */
    private static final class Heaps {
        private final PolicyTournament tournament;
        private final Random random;
        private final int n;
        private final Policy cheap;
        private final double cost;

        Heaps(PolicyTournament tournament, long seed, int n, Policy cheap, double cost) {
            this.tournament = tournament;
            random = new Random(seed);
            this.n = n;
            this.cheap = cheap;
            this.cost = cost;
        }

        void turn() {
            for (int heap = 0; heap < n; heap++) {
                Policy policy = tournament.policy(heap, n);
                long allocations = 1L + random.nextInt(100_000);
                double each = (policy == cheap ? cost : 1) * Math.exp(NOISE * random.nextGaussian());
                tournament.play(heap, policy, each * allocations, allocations);
            }
            tournament.endTurn();
        }

        void rounds(int rounds) {
            for (int i = 0; i < rounds * PolicyTournament.ROUND; i++) {
                turn();
            }
        }
    }

    private double sumOfRatings() {
        double sum = 0;
        for (Policy policy : Policy.values()) {
            sum += tournament.rating(policy);
        }
        return sum;
    }

    @ParameterizedTest
    @CsvSource({"SWING, 3", "SWING, 8", "MARKS, 3", "MARKS, 8", "FIXED, 3", "FIXED, 8"})
    void thePolicyThatCostsLessWins(Policy cheap, int heaps) {
        for (int seed = 1; seed <= SEEDS; seed++) {
            PolicyTournament played = new PolicyTournament();
            new Heaps(played, seed, heaps, cheap, 0.6).rounds(PolicyTournament.ROUNDS);
            assertThat(played.best()).as("seed %s", seed).isEqualTo(cheap);
        }
    }

    @Test
    void ratingsAreOnlyExchanged() {
        double sum = sumOfRatings();
        Heaps heaps = new Heaps(tournament, 42, 8, Policy.FIXED, 0.5);
        for (int round = 0; round < MANY; round++) {
            heaps.rounds(1);
            assertThat(sumOfRatings()).isCloseTo(sum, within(1e-6));
        }
        assertThat(tournament.rating(Policy.FIXED)).isGreaterThan(tournament.rating(Policy.MARKS));
    }

    @Test
    void theWaterMarksLeadAtFirst() {
        assertThat(tournament.best()).isEqualTo(Policy.MARKS);
        assertThat(tournament.rating(Policy.MARKS)).isGreaterThan(tournament.rating(Policy.SWING));
        assertThat(tournament.rating(Policy.SWING)).isGreaterThan(tournament.rating(Policy.FIXED));
    }

    @Test
    void aSingleHeapNeverTriesAnything() {
        for (int turn = 0; turn < MANY * PolicyTournament.ROUND; turn++) {
            assertThat(tournament.policy(0, 1)).isEqualTo(Policy.MARKS);
            tournament.play(0, Policy.MARKS, 1 + turn % 7, 1);
            tournament.endTurn();
        }
        assertThat(tournament.isOpen()).as("there is still everything to learn").isTrue();
        assertThat(tournament.rating(Policy.MARKS)).isEqualTo(new PolicyTournament().rating(Policy.MARKS));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 8, 100})
    void oneHeapInThreeTriesWhatIsNotTheBestAndAllGetTheirTurn(int heaps) {
        Set<Policy> tried = EnumSet.noneOf(Policy.class);
        for (int round = 0; round < PolicyTournament.ROUNDS; round++) {
            int others = 0;
            for (int heap = 0; heap < heaps; heap++) {
                Policy policy = tournament.policy(heap, heaps);
                others += policy == tournament.best() ? 0 : 1;
                tried.add(policy);
            }
            assertThat(others).isBetween(heaps / 3, (heaps + 2) / 3);
            new Heaps(tournament, round, heaps, Policy.MARKS, 1).rounds(1);
        }
        assertThat(tried).containsExactlyInAnyOrder(Policy.values());
    }

    @Test
    void itClosesAfterSoManyRoundsAndOpensForAnotherLoad() {
        Heaps heaps = new Heaps(tournament, 1, 3, Policy.SWING, 0.5);
        heaps.rounds(PolicyTournament.ROUNDS - 1);
        assertThat(tournament.isOpen()).isTrue();
        heaps.rounds(1);
        assertThat(tournament.isOpen()).isFalse();
        for (int heap = 0; heap < 100; heap++) {
            assertThat(tournament.policy(heap, 100)).isEqualTo(Policy.SWING);
        }
        double settled = tournament.rating(Policy.SWING);
        heaps.rounds(10);
        assertThat(tournament.rating(Policy.SWING)).as("nobody plays").isEqualTo(settled);
        tournament.relearn();
        assertThat(tournament.isOpen()).isTrue();
        new Heaps(tournament, 2, 3, Policy.FIXED, 0.3).rounds(PolicyTournament.ROUNDS);
        assertThat(tournament.best()).isEqualTo(Policy.FIXED);
    }

    @Test
    void aRoundIsSoManyTurns() {
        for (int turn = 1; turn <= 5 * PolicyTournament.ROUND; turn++) {
            assertThat(tournament.endTurn()).isEqualTo(turn % PolicyTournament.ROUND == 0);
        }
    }

    @Test
    void costsThatAreCloseAreADraw() {
        tournament.play(0, Policy.MARKS, 100, 1);
        tournament.play(1, Policy.FIXED, 104, 1);
        endRound();
        assertThat(tournament.rating(Policy.FIXED))
                .as("the weaker one gains by a draw")
                .isGreaterThan(new PolicyTournament().rating(Policy.FIXED));
    }

    @Test
    void theLowerCostWinsTheMatch() {
        tournament.play(0, Policy.MARKS, 100, 1);
        tournament.play(1, Policy.FIXED, 106, 1);
        endRound();
        assertThat(tournament.rating(Policy.MARKS)).isGreaterThan(new PolicyTournament().rating(Policy.MARKS));
    }

    private void endRound() {
        boolean ended = false;
        while (!ended) {
            ended = tournament.endTurn();
        }
    }

    @Test
    void costsAreComparedForEachAllocation() {
        tournament.play(0, Policy.MARKS, 100, 1);
        tournament.play(1, Policy.FIXED, 500, 10);
        endRound();
        assertThat(tournament.rating(Policy.FIXED)).isGreaterThan(new PolicyTournament().rating(Policy.FIXED));
    }

    @Test
    void aHeapThatChangesItsPolicyBeginsAnew() {
        tournament.play(0, Policy.SWING, 1e9, 1);
        tournament.play(0, Policy.FIXED, 1, 1);
        tournament.play(1, Policy.MARKS, 100, 1);
        endRound();
        PolicyTournament fresh = new PolicyTournament();
        assertThat(tournament.rating(Policy.FIXED)).isGreaterThan(fresh.rating(Policy.FIXED));
        assertThat(tournament.rating(Policy.SWING)).isEqualTo(fresh.rating(Policy.SWING));
    }

    @ParameterizedTest
    @EnumSource
    void badFiguresAreIgnored(Policy policy) {
        PolicyTournament fresh = new PolicyTournament();
        tournament.play(0, Policy.MARKS, 100, 1);
        tournament.play(1, policy, Double.NaN, 1);
        tournament.play(2, policy, -1, 1);
        tournament.play(3, policy, Double.POSITIVE_INFINITY, 1);
        tournament.play(4, policy, 1, 0);
        tournament.play(5, policy, 1, Long.MIN_VALUE);
        endRound();
        for (Policy each : Policy.values()) {
            assertThat(tournament.rating(each)).isEqualTo(fresh.rating(each));
        }
    }

    @Test
    void aRoundOfOneHeapDoesNotCount() {
        for (int round = 0; round < MANY; round++) {
            tournament.play(0, Policy.MARKS, 1, 1);
            endRound();
        }
        assertThat(tournament.isOpen()).isTrue();
    }

    @Test
    void twoHeapsComeToAnEnd() {
        new Heaps(tournament, 1, 2, Policy.FIXED, 0.5).rounds(MANY);
        assertThat(tournament.isOpen()).isFalse();
        assertThat(tournament.best()).isEqualTo(Policy.FIXED);
    }
}
