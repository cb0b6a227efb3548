/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import io.github.acealloc.netty.Contestant;
import io.github.acealloc.netty.Laws;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** One scenario: a name, a program, its right value, and which of Netty's allocators gives another one and why. */
final class Row {
    /** Another value than the right one. */
    record Other(Object value, String why) {}

    private final String name;
    private final Program program;
    private final Map<Contestant, Map<Memory, Other>> others = new EnumMap<>(Contestant.class);
    private final Map<Contestant, Set<Memory>> left = new EnumMap<>(Contestant.class);
    private final Set<Contestant> whose = EnumSet.allOf(Contestant.class);
    private final Set<Memory> memories = EnumSet.allOf(Memory.class);
    private Object right;
    private boolean isAsNetty;
    private boolean isTracked = true;

    Row(String name, Program program) {
        this.name = name;
        this.program = program;
    }

    /** The right value, found without any allocator. */
    Row gives(Object value) {
        right = value;
        return this;
    }

    /** Right is what Netty's two allocators give, who agree. */
    Row givesAsNetty() {
        isAsNetty = true;
        return this;
    }

    /** One of Netty's allocators gives another value than the right one, on each kind of buffer. */
    Row but(Contestant other, Object value, String why) {
        for (Memory memory : Memory.values()) {
            but(other, memory, value, why);
        }
        return this;
    }

    /** One of Netty's allocators gives another value than the right one. */
    Row but(Contestant other, Memory memory, Object value, String why) {
        others.computeIfAbsent(other, o -> new EnumMap<>(Memory.class)).put(memory, new Other(value, why));
        return this;
    }

    /**
     * The same where Netty reaches memory by {@code Unsafe}. Where it does not, that allocator is left out: it gives
     * the right value there, or fails in other ways.
     */
    Row butWithUnsafe(Contestant other, Memory memory, Object value, String why) {
        if (Laws.isUnsafeUsed()) {
            return but(other, memory, value, why);
        }
        left.computeIfAbsent(other, o -> EnumSet.noneOf(Memory.class)).add(memory);
        return this;
    }

    /** Whether it runs there. */
    boolean runsOn(Contestant on, Memory memory) {
        return whose.contains(on)
                && memories.contains(memory)
                && !left.getOrDefault(on, Set.of()).contains(memory);
    }

    /** It is about ACE's own: closing, limits; Netty's have no such thing, or would take too long. */
    Row onAceOnly(String why) {
        if (why.isEmpty()) {
            throw new IllegalArgumentException(name + ": a reason is missing");
        }
        whose.retainAll(EnumSet.of(Contestant.ACE));
        return this;
    }

    /** It makes so many buffers that a record of each use of each takes too long. */
    Row withoutLeakDetector() {
        isTracked = false;
        return this;
    }

    boolean isTracked() {
        return isTracked;
    }

    Row of(Memory memory) {
        memories.retainAll(EnumSet.of(memory));
        return this;
    }

    String name() {
        return name;
    }

    Program program() {
        return program;
    }

    boolean isAsNetty() {
        return isAsNetty;
    }

    /** What the program gives there, unless that is what Netty's allocators give. */
    Object expected(Contestant on, Memory memory) {
        Other other = others.getOrDefault(on, Map.of()).get(memory);
        return other == null ? right : other.value();
    }

    /** Why the value there is what it is. */
    String reason(Contestant on, Memory memory) {
        Other other = others.getOrDefault(on, Map.of()).get(memory);
        return other == null ? "the right value" : other.why();
    }

    void check() {
        if ((right == null) != isAsNetty || (isAsNetty && whose.size() < 3)) {
            throw new IllegalStateException(name + ": needs either a right value or Netty's two allocators");
        }
        if (others.containsKey(Contestant.ACE) || left.containsKey(Contestant.ACE)) {
            throw new IllegalStateException(name + ": ACE gives the right value");
        }
    }
}
