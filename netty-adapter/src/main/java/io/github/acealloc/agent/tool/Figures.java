/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One reading of all of ACE's allocators in a JVM.
 *
 * @param nanos when, as {@code System.nanoTime()} tells it
 * @param allocators in the order in which they were found
 */
record Figures(long nanos, List<Allocator> allocators) {

    /** An allocator, the packages of the Netty that it is for, and that Netty's class loader. */
    record Allocator(String name, String netty, String loader, List<Memory> memories) {}

    /** What one kind of memory of an allocator holds and has done; numbers that its version does not know are -1. */
    record Memory(
            String kind,
            long live,
            long cached,
            long free,
            long committed,
            long limit,
            long allocations,
            Map<Long, SizeClass> classes,
            List<List<String>> decisions,
            StringBuilder json) {

        /** Allocations that found their hot cache empty. */
        long refills() {
            return classes.values().stream().mapToLong(SizeClass::refills).sum();
        }
    }

    /** A size class, in blocks. */
    record SizeClass(
            long blockBytes, long live, long cached, long allocations, long refills, long cap, long lifetimeNanos) {}

    /** Takes the lines that a visitor has sent. */
    static Figures of(List<String> lines) {
        List<Allocator> allocators = new ArrayList<>();
        Memory memory = null;
        for (String line : lines) {
            String[] words = line.split("\t", -1);
            switch (words[0]) {
                case "allocator" -> allocators.add(new Allocator(words[1], words[2], words[3], new ArrayList<>()));
                case "memory" -> {
                    long[] n = numbers(words, 2);
                    memory = new Memory(
                            words[1],
                            n[0],
                            n[1],
                            n[2],
                            n[3],
                            n[4],
                            n[5],
                            new TreeMap<>(),
                            new ArrayList<>(),
                            new StringBuilder());
                    allocators.get(allocators.size() - 1).memories().add(memory);
                }
                case "class" -> {
                    long[] n = numbers(words, 1);
                    memory.classes().put(n[0], new SizeClass(n[0], n[1], n[2], n[3], n[4], n[5], n[6]));
                }
                case "decision" -> memory.decisions().add(List.of(words));
                default -> memory.json().append(line.substring(line.indexOf('\t') + 1));
            }
        }
        return new Figures(System.nanoTime(), allocators);
    }

    private static long[] numbers(String[] words, int from) {
        long[] numbers = new long[words.length - from];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = words[from + i].equals("?") ? -1 : Long.parseLong(words[from + i]);
        }
        return numbers;
    }

    /** The same memory in an earlier reading; {@code null} if it was not there. */
    Memory same(Allocator allocator, Memory memory) {
        for (Allocator other : allocators) {
            if (other.name().equals(allocator.name())
                    && other.netty().equals(allocator.netty())
                    && other.loader().equals(allocator.loader())) {
                for (Memory candidate : other.memories()) {
                    if (candidate.kind().equals(memory.kind())) {
                        return candidate;
                    }
                }
            }
        }
        return null;
    }
}
