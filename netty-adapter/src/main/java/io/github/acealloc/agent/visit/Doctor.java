/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.visit;

import io.github.acealloc.agent.visit.Engines.Engine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What the command {@code doctor} prints: each copy of Netty, whether ACE serves it, and what to do if not. */
final class Doctor {
    private static final String VERTX = "io.vertx.core.";

    private final Mirror mirror;
    private final List<Engine> engines;
    private final List<Copy> copies;
    private final Agents agents;
    private final Advice advice;

    /**
     * A doctor.
     *
     * @param mirror reads the JVM
     * @param loaded all its classes
     * @param jar the agent's path, for the advice
     */
    Doctor(Mirror mirror, Class<?>[] loaded, String jar) throws ReflectiveOperationException {
        this.mirror = mirror;
        engines = Engines.find(mirror, loaded);
        copies = Copy.find(loaded);
        agents = new Agents(mirror, loaded);
        boolean hasVertx = Arrays.stream(loaded).anyMatch(type -> type.getName().startsWith(VERTX));
        advice = new Advice(jar, agents.isThere(), hasVertx);
    }

    /** A copy, and what was found of it. */
    private record Patient(Copy copy, List<Engine> engines, List<Finding> findings, boolean usesAce) {
        boolean isServed() {
            return findings.stream().noneMatch(finding -> finding.verdict().isBad())
                    && (usesAce
                            || findings.stream()
                                    .anyMatch(finding -> finding.verdict().isGood()));
        }

        boolean isUnused() {
            return !usesAce && findings.isEmpty();
        }

        String state() {
            if (isServed()) {
                return usesAce ? "SERVED" : "READY";
            }
            if (isUnused()) {
                return "NOT USED YET";
            }
            return usesAce
                            || findings.stream()
                                    .anyMatch(finding -> finding.verdict().isGood())
                    ? "PARTLY SERVED"
                    : "NOT SERVED";
        }

        /** The worst first. */
        int rank() {
            return List.of("NOT SERVED", "PARTLY SERVED", "NOT USED YET", "READY", "SERVED")
                    .indexOf(state());
        }
    }

    List<String> lines() {
        List<Patient> patients = new ArrayList<>();
        for (Copy copy : copies) {
            patients.add(patient(copy));
        }
        patients.sort((one, other) -> Integer.compare(one.rank(), other.rank()));
        List<String> lines = new ArrayList<>();
        lines.add(summary(patients));
        for (Patient patient : patients) {
            lines.add("");
            lines.add(String.format("%-14s %s", patient.state(), patient.copy().title()));
            patient.findings().forEach(finding -> add(lines, finding));
            patient.engines().forEach(engine -> lines.add(ace(engine)));
            String own = ownDirect(patient.copy());
            if (!own.isEmpty()) {
                lines.add(own);
            }
        }
        return lines;
    }

    private Patient patient(Copy copy) {
        List<Engine> its = engines.stream()
                .filter(engine -> engine.netty().equals(copy.parent()))
                .toList();
        boolean usesAce = its.stream().mapToLong(this::allocations).sum() > 0;
        List<Finding> findings = new Findings(mirror, copy, agents, advice, usesAce).all();
        return new Patient(copy, its, findings, usesAce);
    }

    private String summary(List<Patient> patients) {
        long notServed =
                patients.stream().filter(patient -> !patient.isServed()).count();
        String agent = agents.isThere() ? "with" : "without";
        if (patients.isEmpty()) {
            return "No Netty in this JVM, or none has been used yet. The JVM was started " + agent + " ACE's agent.";
        }
        return String.format(
                Locale.ROOT,
                "%d of %d %s of Netty %s served by ACE. The JVM was started %s ACE's agent.%s",
                patients.size() - notServed,
                patients.size(),
                patients.size() == 1 ? "copy" : "copies",
                patients.size() == 1 || patients.size() - notServed == 1 ? "is" : "are",
                agent,
                notServed == 0 ? " Nothing to do." : "");
    }

    private static void add(List<String> lines, Finding finding) {
        lines.add(String.format("  %-26s %-17s %s", finding.type(), finding.verdict(), finding.holds())
                .stripTrailing());
        if (!finding.why().isEmpty()) {
            lines.add("      why: " + finding.why());
        }
        String label = "do:  ";
        for (String line : finding.todo()) {
            lines.add("      " + label + line);
            label = "     ";
        }
    }

    private String ace(Engine engine) {
        long live = 0;
        long committed = 0;
        for (Object figures : engine.figures()) {
            live += mirror.number(figures, "liveBytes");
            committed += mirror.number(figures, "committedBytes");
        }
        return String.format(
                Locale.ROOT,
                "  %-26s %-17s %s live, %s committed, %,d buffers so far",
                Engines.ALLOCATOR,
                engine.name(),
                Holdings.size(live),
                Holdings.size(committed),
                allocations(engine));
    }

    private long allocations(Engine engine) {
        return engine.figures().stream()
                .mapToLong(figures -> mirror.number(figures, "allocations"))
                .sum();
    }

    /** What of Netty's own goes through its counter: all instances, those that cannot be found among them. */
    private String ownDirect(Copy copy) {
        Class<?> platform = copy.type(".util.internal.PlatformDependent");
        if (platform == null || !mirror.isInitialized(platform)) {
            return "";
        }
        try {
            long bytes = ((Number) mirror.call(platform, null, "usedDirectMemory")).longValue();
            return bytes < 0 ? "" : "  Netty's own direct memory, all its allocators together: " + Holdings.size(bytes);
        } catch (ReflectiveOperationException | RuntimeException e) {
            return "";
        }
    }
}
