/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

import io.github.acealloc.it.ServerFigures;

/** What a run was like, in words. */
final class SoakFigures {
    private final Rig rig;
    private final long seed;
    private final int seconds;
    private final long start = System.nanoTime();
    private final StringBuilder text = new StringBuilder(1024);
    private Flatness committed;
    private Flatness resident;

    SoakFigures(Rig rig, long seed, int seconds) {
        this.rig = rig;
        this.seed = seed;
        this.seconds = seconds;
    }

    /** At the end of the load, with what was sampled. */
    void take(Samples samples) {
        long[] committedSamples = samples.committed();
        line(
                "soak",
                "-Dsoak.seconds=" + seconds + " -Dsoak.seed=" + seed + ", Java "
                        + Runtime.version().feature() + ", " + rig.transport() + ", "
                        + (System.nanoTime() - start) / 1_000_000_000 + " s");
        rig.load().tallies().forEach((kind, tally) -> line(kind.name(), tally.toString()));
        line("faults", rig.journal().counts().toString());
        Expectations expectations = rig.expectations();
        line(
                "exhausted",
                expectations.exhausted() + " times on a connection, of a stream " + expectations.lost()
                        + " times bytes were missing");
        line(
                "give-back",
                rig.memory().failures() + " calls failed, " + rig.memory().partsRefused() + " parts refused");
        line("clock", rig.clock().wrongReads() + " wrong times read");
        line("adoptions", String.valueOf(Adoptions.count(rig.ace().allocator())));
        line("heaps", String.valueOf(rig.ace().stats().heaps()));
        line("governor", rig.expectations().logged() + " allocators whose failure was logged, once each");
        if (committedSamples.length >= 3) {
            committed = Flatness.of(committedSamples);
            resident = Flatness.of(samples.resident());
            line("committed", committed + " (medians of the second and the last third)");
            line(
                    "resident",
                    resident + " without the Java heap, " + (ServerFigures.rssBytes() >> 20)
                            + " MiB with it at the end");
        }
    }

    private void line(String name, String value) {
        text.append(String.format("%-10s %s%n", name, value));
    }

    Flatness committed() {
        return committed;
    }

    Flatness resident() {
        return resident;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
