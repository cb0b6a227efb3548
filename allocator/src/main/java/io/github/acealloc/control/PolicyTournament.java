/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the best policy by having heaps play against each other: candidates run on different heaps at once, each pair of heaps
 * is a match that the lower cost for each allocation wins, and matches are rated by Elo.
 *
 * <p>One heap in {@value #PLAYERS} tries something else than the best, and only while the rating is young or the load has
 * changed. With a single heap there is nobody to play against, and the best of earlier times is used. Not for two threads at a
 * time; a pure function of what it is told.
 */
public final class PolicyTournament {
    /** What is needed when an application is gone and its class loader closed: loaded while that can be done. */
    static final List<Class<?>> NEEDED_AT_LAST = List.of(Score.class);

    /** Heaps for one that tries another policy. */
    static final int PLAYERS = 3;

    /** Turns of the loop that make a round. */
    static final int ROUND = 20;

    /** Rounds after which the best is settled. */
    static final int ROUNDS = 30;

    private static final double START = 1500;

    /** The ones that were better in simulation begin with a lead, which one bad round does not eat up. */
    private static final double LEAD = 50;

    private static final double K = 24;
    private static final double SCALE = 400;

    /** Costs within this factor of each other are a draw. */
    private static final double DRAW = 1.05;

    private final Map<Policy, Double> ratings = new EnumMap<>(Policy.class);
    private int rounds;
    private int turns;

    /** What one heap did in a round. */
    private record Score(Policy policy, double cost) {}

    private final Map<Integer, double[]> played = new java.util.HashMap<>();
    private final Map<Integer, Policy> players = new java.util.HashMap<>();

    /** Nobody has played. */
    public PolicyTournament() {
        ratings.put(Policy.MARKS, START + 2 * LEAD);
        ratings.put(Policy.SWING, START + LEAD);
        ratings.put(Policy.FIXED, START);
    }

    /**
     * The policy with the highest rating.
     *
     * @return one that is applied where nothing is tried
     */
    public Policy best() {
        Policy best = Policy.MARKS;
        for (Policy policy : Policy.values()) {
            if (ratings.get(policy) > ratings.get(best)) {
                best = policy;
            }
        }
        return best;
    }

    /**
     * A policy's rating.
     *
     * @param policy one
     * @return Elo's points
     */
    public double rating(Policy policy) {
        return ratings.get(policy);
    }

    /**
     * Whether there is still something to learn.
     *
     * @return {@code false} after enough rounds without a {@link #relearn}
     */
    public boolean isOpen() {
        return rounds < ROUNDS;
    }

    /** Opens the tournament again: the load is another one. */
    public void relearn() {
        rounds = 0;
    }

    /**
     * Which policy a heap runs now.
     *
     * @param heap its place among the active ones
     * @param heaps how many are active
     * @return the best, or one to be tried
     */
    public Policy policy(int heap, int heaps) {
        Policy best = best();
        if (!isOpen() || heaps < 2 || (heap + rounds) % PLAYERS != 0) {
            return best;
        }
        int others = Policy.values().length - 1;
        int choice = (heap / PLAYERS + rounds) % others;
        for (Policy policy : Policy.values()) {
            if (policy != best && choice-- == 0) {
                return policy;
            }
        }
        return best;
    }

    /**
     * Takes in what a heap did in a turn.
     *
     * @param heap its place among the active ones
     * @param policy that it ran
     * @param cost of the turn, in core-nanoseconds
     * @param allocations that it served
     */
    public void play(int heap, Policy policy, double cost, long allocations) {
        if (allocations <= 0 || !(cost >= 0) || cost == Double.POSITIVE_INFINITY) {
            return;
        }
        if (players.put(heap, policy) != policy) {
            played.remove(heap);
        }
        double[] sum = played.computeIfAbsent(heap, h -> new double[2]);
        sum[0] += cost;
        sum[1] += allocations;
    }

    /**
     * Ends a turn, and a round if it is time to.
     *
     * @return whether heaps may now run other policies
     */
    public boolean endTurn() {
        if (++turns < ROUND) {
            return false;
        }
        turns = 0;
        List<Score> scores = new ArrayList<>();
        played.forEach((heap, sum) -> scores.add(new Score(players.get(heap), sum[0] / sum[1])));
        played.clear();
        players.clear();
        for (int i = 0; i < scores.size(); i++) {
            for (int j = i + 1; j < scores.size(); j++) {
                match(scores.get(i), scores.get(j));
            }
        }
        rounds += scores.size() > 1 ? 1 : 0;
        return true;
    }

    private void match(Score a, Score b) {
        if (a.policy() == b.policy()) {
            return;
        }
        double result = a.cost() * DRAW < b.cost() ? 1 : b.cost() * DRAW < a.cost() ? 0 : 0.5;
        double expected = 1 / (1 + Math.pow(10, (ratings.get(b.policy()) - ratings.get(a.policy())) / SCALE));
        double change = K * (result - expected);
        ratings.merge(a.policy(), change, Double::sum);
        ratings.merge(b.policy(), -change, Double::sum);
    }
}
