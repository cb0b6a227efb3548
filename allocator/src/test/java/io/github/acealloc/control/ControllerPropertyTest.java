/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.control.Controller.Choice;
import io.github.acealloc.control.Controller.Memory;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever is read, however absurd, the controller answers with limits that a heap can keep to. */
class ControllerPropertyTest {
    private static final Economics ECONOMICS = new Economics(Profile.BALANCED.price(), 160);

    private static Arbitrary<Long> counts() {
        return Arbitraries.oneOf(
                Arbitraries.longs(),
                Arbitraries.longs().between(0, 1000),
                Arbitraries.longs().between(0, 100_000_000),
                Arbitraries.of(0L, 1L, -1L, Long.MAX_VALUE, Long.MIN_VALUE));
    }

    private static Arbitrary<Long> turns() {
        return Arbitraries.oneOf(
                Arbitraries.of(-1L, 0L, 1L, Long.MIN_VALUE, Long.MAX_VALUE, ReadingMaker.TURN),
                Arbitraries.longs().between(80_000_000, 1_000_000_000));
    }

    private static Arbitrary<Double> lifetimes() {
        return Arbitraries.oneOf(
                Arbitraries.of(0.0, -1.0, 1e-300, 1.0, Double.NaN, Double.POSITIVE_INFINITY, Double.MAX_VALUE),
                Arbitraries.doubles().between(0, 1e12));
    }

    private static Arbitrary<Integer> levels() {
        return Arbitraries.oneOf(
                Arbitraries.integers().between(0, 100_000), Arbitraries.of(0, Integer.MAX_VALUE, Integer.MIN_VALUE));
    }

    /** A batch was never larger than its cap. */
    private static Arbitrary<ReadingMaker> limits() {
        Arbitrary<Integer> caps = Arbitraries.oneOf(
                Arbitraries.integers().between(0, 2048), Arbitraries.of(0, 1, Controller.MOST_CAP, 1 << 20));
        return Combinators.combine(
                        Arbitraries.integers().between(3, 20),
                        caps,
                        Arbitraries.integers().between(1, Controller.MOST_BATCH))
                .as((shift, cap, batch) -> new ReadingMaker(0, 1 << shift, cap, Math.max(Math.min(batch, cap), 1)));
    }

    @Provide
    Arbitrary<Reading> readings() {
        return limits().flatMap(maker -> Combinators.combine(turns(), counts(), counts(), counts(), counts())
                        .as((nanos, allocations, refills, spills, moved) -> maker.nanos(nanos)
                                .allocations(allocations)
                                .misses(refills, spills)
                                .moved(moved)))
                .flatMap(maker -> Combinators.combine(levels(), counts(), counts(), counts(), levels())
                        .as((swing, reuses, watched, aged, level) -> maker.swing(swing)
                                .watched(reuses, watched)
                                .aged(aged)
                                .level(level)))
                .flatMap(maker -> Combinators.combine(lifetimes(), lifetimes().filter(nanos -> !(nanos > 1e18)))
                        .as((mean, cutOff) -> maker.lifetimes(mean, cutOff).make()));
    }

    @Provide
    Arbitrary<Memory> memories() {
        return Combinators.combine(
                        Arbitraries.doubles().between(0.25, 1e6),
                        Arbitraries.integers().between(0, 32),
                        Arbitraries.of(0, 1, 16, 300, Controller.MOST_CAP),
                        Arbitraries.doubles().between(0, 64))
                .as(Memory::new);
    }

    @Provide
    Arbitrary<Economics> economics() {
        return Combinators.combine(
                        Arbitraries.of(Profile.values()), Arbitraries.doubles().between(1, 100_000))
                .as((profile, nanos) -> new Economics(profile.price(), nanos));
    }

    private static void expectLimits(Reading reading, Choice choice) {
        assertThat(choice.cap())
                .as("cap")
                .isBetween(Math.min(reading.cap(), 1), Math.max(Controller.MOST_CAP, reading.cap()));
        assertThat(choice.batch()).as("batch").isBetween(1, Math.max(Math.min(Controller.MOST_BATCH, choice.cap()), 1));
        assertThat(choice.predicted()).as("predicted").isFinite();
        assertThat(choice.memory().burstiness()).as("burstiness").isBetween(0.25, 1e6);
        assertThat(choice.memory().coolDown()).isBetween(0, 32);
        assertThat(choice.memory().earlierCost()).isFinite();
        boolean nothing = choice.cap() == reading.cap() && choice.batch() == reading.batch();
        if (reading.cap() > 0) {
            assertThat(choice.reason().isEmpty())
                    .as("reason: %s", choice.reason())
                    .isEqualTo(nothing);
        }
    }

    @Property(tries = 4000, edgeCases = EdgeCasesMode.NONE)
    void limitsAreOnesThatAHeapCanKeepTo(
            @ForAll Policy policy,
            @ForAll("readings") Reading reading,
            @ForAll("memories") Memory memory,
            @ForAll("economics") Economics economics) {
        expectLimits(reading, Controller.decide(policy, reading, memory, economics, 1024));
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void theSameInputGivesTheSameOutput(
            @ForAll Policy policy, @ForAll("readings") Reading reading, @ForAll("memories") Memory memory) {
        assertThat(Controller.decide(policy, reading, memory, ECONOMICS, 1024))
                .isEqualTo(Controller.decide(policy, reading, memory, ECONOMICS, 1024));
    }

    /** Turn after turn the same: limits settle, and never leave their bounds on the way. */
    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void turnAfterTurnLimitsStayInTheirBounds(
            @ForAll Policy policy, @ForAll("readings") Reading first, @ForAll("economics") Economics economics) {
        Memory memory = Memory.NONE;
        Reading reading = first;
        for (int turn = 0; turn < 50; turn++) {
            Choice choice = Controller.decide(policy, reading, memory, economics, 1024);
            expectLimits(reading, choice);
            memory = choice.memory();
            reading = withLimits(reading, choice);
        }
    }

    private static Reading withLimits(Reading reading, Choice choice) {
        return new ReadingMaker(0, reading.blockBytes(), choice.cap(), choice.batch())
                .nanos(reading.nanos())
                .allocations(reading.allocations())
                .misses(reading.refills(), reading.spills())
                .moved(reading.moved())
                .swing(reading.swing())
                .watched(reading.reuses(), reading.watchedNanos())
                .aged(reading.aged())
                .level(reading.level())
                .lifetimes(reading.meanNanos(), reading.shortNanos())
                .make();
    }

    @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
    void aClassThatDidNothingKeepsItsLimits(@ForAll("economics") Economics economics) {
        Reading reading = new ReadingMaker(0, 1024, 100, 16).make();
        for (Policy policy : new Policy[] {Policy.MARKS, Policy.SWING}) {
            Choice choice = Controller.decide(policy, reading, Memory.NONE, economics, 1024);
            assertThat(choice.cap()).isEqualTo(100);
            assertThat(choice.batch()).isEqualTo(16);
        }
    }
}
