/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import io.github.acealloc.AceConfig;
import io.github.acealloc.heap.Knobs;
import io.github.acealloc.netty.AceByteBufAllocator;
import io.github.acealloc.slab.SizeClasses;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Limits of ACE's heaps as a line of text, which is how a measured JVM gets them: {@code cap:64,cap>1024:0,purge:never}.
 *
 * <p>Each change is a knob's name, a colon and a value; what is not named keeps its default, class by class. Changes take
 * effect from left to right. {@code cap} and {@code batch} may be followed by {@code >bytes}, and then change the classes
 * only whose blocks are larger.
 *
 * @param changes in the order in which they take effect
 */
public record KnobSetting(List<Change> changes) {
    /** The property of a measured JVM that has the line. */
    public static final String PROPERTY = "bench.knobs";

    /** Every limit keeps its default. */
    public static final KnobSetting DEFAULTS = new KnobSetting(List.of());

    private static final Pattern CHANGE = Pattern.compile("(\\w+)(?:>(\\d{1,9}))?:(\\w+)");

    /** What values a knob has, and how they are written. */
    private enum Kind {
        BLOCKS("a whole number"),
        SWITCH("on or off"),
        DELAY("milliseconds or never");

        private final String expected;

        Kind(String expected) {
            this.expected = expected;
        }
    }

    /** What can be changed. */
    enum Knob {
        CAP("cap", Kind.BLOCKS, 0),
        BATCH("batch", Kind.BLOCKS, 1),
        WARM("warm", Kind.BLOCKS, 0),
        PREFILL("prefill", Kind.BLOCKS, 1),
        TIERING("tiering", Kind.SWITCH, 0),
        EAGER_FREE("eagerFree", Kind.SWITCH, 0),
        PURGE("purge", Kind.DELAY, 0);

        private final String label;
        private final Kind kind;
        private final int least;

        Knob(String label, Kind kind, int least) {
            this.label = label;
            this.kind = kind;
            this.least = least;
        }

        private boolean hasRanges() {
            return this == CAP || this == BATCH;
        }

        private long value(String text) {
            boolean number = text.matches("\\d{1,9}") && Integer.parseInt(text) >= least;
            if (kind == Kind.SWITCH && (text.equals("on") || text.equals("off"))) {
                return text.equals("on") ? 1 : 0;
            } else if (kind == Kind.DELAY && text.equals("never")) {
                return Knobs.NEVER;
            } else if (kind != Kind.SWITCH && number) {
                return Integer.parseInt(text);
            }
            throw new IllegalArgumentException(label + ": " + text + " (expected: " + kind.expected
                    + (kind == Kind.BLOCKS ? ", >= " + least : "") + ")");
        }

        private String text(long value) {
            return switch (kind) {
                case BLOCKS -> Long.toString(value);
                case SWITCH -> value == 1 ? "on" : "off";
                case DELAY -> value == Knobs.NEVER ? "never" : Long.toString(value);
            };
        }

        @Override
        public String toString() {
            return label;
        }
    }

    /**
     * One change.
     *
     * @param above the classes whose blocks are larger than so many bytes; 0 is all
     * @param value blocks, slabs or milliseconds; a switch is 1 or 0
     */
    record Change(Knob knob, int above, long value) {
        @Override
        public String toString() {
            return knob + (above > 0 ? ">" + above : "") + ":" + knob.text(value);
        }
    }

    /** Keeps a copy. */
    public KnobSetting {
        changes = List.copyOf(changes);
    }

    /** Reads what {@link #toString} writes; an empty line is {@link #DEFAULTS}. */
    public static KnobSetting parse(String line) {
        return line.isEmpty()
                ? DEFAULTS
                : new KnobSetting(
                        Stream.of(line.split(",", -1)).map(KnobSetting::change).toList());
    }

    private static Change change(String text) {
        Matcher matcher = CHANGE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    PROPERTY + ": " + text + " (expected: name:value, or name>bytes:value for a range of classes)");
        }
        Knob knob = Arrays.stream(Knob.values())
                .filter(k -> k.label.equals(matcher.group(1)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(PROPERTY + ": " + matcher.group(1)
                        + " (expected: one of " + Arrays.toString(Knob.values()) + ")"));
        int above = matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2));
        if (above > 0 && !knob.hasRanges()) {
            throw new IllegalArgumentException(knob + ": >" + above + " (expected: no range, it is for all classes)");
        }
        return new Change(knob, above, knob.value(matcher.group(3)));
    }

    /** Returns an allocator with these limits and the settings of the {@code acealloc.*} properties. */
    public AceByteBufAllocator create() {
        AceConfig config = AceConfig.fromSystemProperties();
        Knobs defaults = config.knobs();
        return new AceByteBufAllocator(config, applyTo(defaults));
    }

    /** Returns limits with the changes made. */
    public Knobs applyTo(Knobs knobs) {
        Knobs changed = knobs;
        for (Change change : changes) {
            changed = applied(change, changed);
        }
        return changed;
    }

    private static Knobs applied(Change change, Knobs knobs) {
        int value = (int) Math.min(change.value, Integer.MAX_VALUE);
        return switch (change.knob) {
            case CAP -> knobs.withCaches(changed(change, caps(knobs)), batches(knobs));
            case BATCH -> knobs.withCaches(caps(knobs), changed(change, batches(knobs)));
            case WARM -> knobs.withSlabs(value, knobs.prefill());
            case PREFILL -> knobs.withSlabs(warmSlabs(knobs), value);
            case TIERING -> knobs.withHabits(value == 1, knobs.eagerFree());
            case EAGER_FREE -> knobs.withHabits(knobs.tiering(), value == 1);
            case PURGE -> knobs.withPurgeDelay(change.value == Knobs.NEVER ? Knobs.NEVER : MILLISECONDS.toNanos(value));
        };
    }

    private static int[] changed(Change change, int[] values) {
        for (int c = 0; c < values.length; c++) {
            if (SizeClasses.blockBytes(c) > change.above) {
                values[c] = (int) change.value;
            }
        }
        return values;
    }

    private static int[] caps(Knobs knobs) {
        return IntStream.range(0, SizeClasses.COUNT).map(knobs::cap).toArray();
    }

    private static int[] batches(Knobs knobs) {
        return IntStream.range(0, SizeClasses.COUNT).map(knobs::batch).toArray();
    }

    /** The limit of all classes is what the class with the shortest slabs has. */
    private static int warmSlabs(Knobs knobs) {
        return IntStream.range(0, SizeClasses.COUNT).map(knobs::warmSlabs).max().orElseThrow();
    }

    /** The line that {@link #parse} reads. */
    @Override
    public String toString() {
        return changes.stream().map(Change::toString).collect(Collectors.joining(","));
    }
}
