/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.control.Controller;
import io.github.acealloc.control.LearnedPolicy;
import io.github.acealloc.control.LearnedPolicy.Limits;
import io.github.acealloc.netty.PolicyFile.Policies;
import io.github.acealloc.slab.SizeClasses;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A learned policy in words: properties that a user may read and edit, with one line for each class.
 *
 * <pre>
 * # a comment
 * classes = 80
 * direct.1024 = cap 96, batch 16
 * format = ace-alloc-policy-1
 * </pre>
 *
 * <p>The format comes last: without it a file is another's or was cut off. Of such a file no text says more than that.
 */
final class PolicyText {
    private static final String COMMENT = "# What ACE-Alloc learned, by kind of memory and block size in bytes:"
            + " free blocks that a heap keeps at hand (cap), and moves at once (batch).\n";
    private static final String CLASSES = "classes";
    private static final String DIRECT = "direct";
    private static final String HEAP = "heap";
    private static final String FORMAT = "format";
    private static final String FORMAT_1 = "ace-alloc-policy-1";
    private static final String LAST_LINE = FORMAT + " = " + FORMAT_1;

    private static final Pattern BLOCKS = Pattern.compile("(direct|heap)\\.([1-9]\\d{0,6})");
    private static final Pattern LIMITS = Pattern.compile("cap\\s+(\\d{1,9})\\s*,\\s*batch\\s+(\\d{1,9})");
    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{C}\\p{Zl}\\p{Zp}]");
    private static final int MOST_SHOWN = 100;

    /** Some editors on Windows put it first. */
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private PolicyText() {}

    /** Lines in their order, and all that are there twice: properties alone lose both. */
    static final class Lines extends Properties {
        private static final long serialVersionUID = 1;

        private final transient List<Map.Entry<String, String>> all = new ArrayList<>();

        @Override
        public synchronized Object put(Object key, Object value) {
            all.add(Map.entry(key.toString(), value.toString().strip()));
            return null;
        }
    }

    static String write(Policies policies) {
        StringBuilder text = new StringBuilder(COMMENT);
        text.append(CLASSES).append(" = ").append(SizeClasses.COUNT).append('\n');
        append(text, DIRECT, policies.direct());
        append(text, HEAP, policies.heap());
        return text.append(LAST_LINE).append('\n').toString();
    }

    private static void append(StringBuilder text, String kind, LearnedPolicy policy) {
        for (Map.Entry<Integer, Limits> entry : policy.limits().entrySet()) {
            Limits limits = entry.getValue();
            text.append(kind).append('.').append(entry.getKey()).append(" = cap ");
            text.append(limits.cap()).append(", batch ").append(limits.batch()).append('\n');
        }
    }

    /**
     * What a text says.
     *
     * @throws IOException if it is not a policy of this format; the text says what was found
     */
    static Policies read(String text) throws IOException {
        List<Map.Entry<String, String>> lines = lines(text);
        checkFormat(lines);
        Map<Integer, Limits> direct = new HashMap<>();
        Map<Integer, Limits> heap = new HashMap<>();
        Set<String> keys = new HashSet<>();
        for (Map.Entry<String, String> line : lines) {
            String key = line.getKey();
            expect(keys.add(key), key + " is there twice", "one line for each");
            Matcher blocks = BLOCKS.matcher(key);
            if (blocks.matches()) {
                Map<Integer, Limits> limits = blocks.group(1).equals(DIRECT) ? direct : heap;
                limits.put(blockBytes(blocks), limits(line));
            } else if (key.equals(CLASSES)) {
                checkClasses(line);
            } else {
                expect(key.equals(FORMAT), key, "direct or heap, a dot and a block size, such as direct.1024");
            }
        }
        expect(keys.contains(CLASSES), "no line for " + CLASSES, CLASSES + " = " + SizeClasses.COUNT);
        return new Policies(new LearnedPolicy(direct), new LearnedPolicy(heap));
    }

    private static List<Map.Entry<String, String>> lines(String text) throws IOException {
        String properties = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        expect(
                !properties.stripLeading().startsWith("{"),
                "JSON, which earlier builds wrote and this one does not read",
                "properties that end with " + LAST_LINE
                        + "; delete the file if it is such a policy, or give another name");
        Lines lines = new Lines();
        try {
            lines.load(new StringReader(properties));
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage() + " (expected: no backslash in a learned policy)", e);
        }
        return lines.all;
    }

    private static void checkFormat(List<Map.Entry<String, String>> lines) throws IOException {
        for (Map.Entry<String, String> line : lines) {
            if (line.getKey().equals(FORMAT)) {
                expect(line.getValue().equals(FORMAT_1), shown(line), FORMAT_1);
                String last = lines.get(lines.size() - 1).getKey();
                expect(last.equals(FORMAT), last + " is below " + FORMAT, LAST_LINE + " as the last line");
                return;
            }
        }
        throw new IOException("no line for " + FORMAT + ", so it was cut off or is another's (expected: " + LAST_LINE
                + " as the last line; delete the file if it is a policy, or give another name)");
    }

    private static void checkClasses(Map.Entry<String, String> line) throws IOException {
        String count = Integer.toString(SizeClasses.COUNT);
        expect(line.getValue().equals(count), shown(line), count + "; delete the file, which has other block sizes");
    }

    private static int blockBytes(Matcher blocks) throws IOException {
        int bytes = Integer.parseInt(blocks.group(2));
        int lawful = SizeClasses.blockBytes(SizeClasses.of(Math.min(bytes, SizeClasses.MAX_BLOCK)));
        expect(bytes == lawful, blocks.group(), "the size of a class's blocks, such as " + lawful);
        return bytes;
    }

    private static Limits limits(Map.Entry<String, String> line) throws IOException {
        Matcher limits = LIMITS.matcher(line.getValue());
        if (limits.matches()) {
            try {
                return new Limits(Integer.parseInt(limits.group(1)), Integer.parseInt(limits.group(2)));
            } catch (IllegalArgumentException ignored) {
                // What is lawful is said below.
            }
        }
        throw wrong(
                shown(line),
                "cap 0 to " + Controller.MOST_CAP + ", batch 1 to " + Controller.MOST_BATCH + ", both whole");
    }

    private static String shown(Map.Entry<String, String> line) {
        return (line.getKey() + " = " + line.getValue()).strip();
    }

    private static void expect(boolean condition, String found, String expected) throws IOException {
        if (!condition) {
            throw wrong(found, expected);
        }
    }

    /** What was found may be anything; it shall not break the log's lines. */
    private static IOException wrong(String found, String expected) {
        String shown = UNPRINTABLE.matcher(found).replaceAll("?");
        if (shown.length() > MOST_SHOWN) {
            shown = shown.substring(0, MOST_SHOWN) + "...";
        }
        return new IOException(shown + " (expected: " + expected + ")");
    }
}
