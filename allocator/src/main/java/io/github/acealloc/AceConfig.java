/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import io.github.acealloc.control.Economics;
import io.github.acealloc.control.Mode;
import io.github.acealloc.control.Profile;
import io.github.acealloc.heap.Knobs;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * The settings of an allocator, and the only reader of {@code acealloc.*} properties. Immutable.
 *
 * <p>A wrong value is an {@link IllegalArgumentException} that names the property, the value and what is expected.
 */
public final class AceConfig {
    private static final String PREFIX = "acealloc.";
    private static final int MAX_TRACKED = 1_000_000;
    private static final int MAX_DELAY_MILLIS = 3_600_000;

    /** A limit below that could serve no buffer: its superslab takes a little more than 2 MiB. */
    private static final long LEAST_BYTES = 3L << 20;

    /** The purge delay at the price of the balanced profile. */
    private static final int PURGE_DELAY_MILLIS = 1000;

    /** The allocators that {@code acealloc.allocator} can name. */
    public enum AllocatorName {
        /** This project's. */
        ACE,
        /** Netty's pooled one. */
        POOLED,
        /** Netty's adaptive one. */
        ADAPTIVE,
        /** Netty's unpooled one. */
        UNPOOLED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Each setting with its name, default, unit and one sentence. */
    enum Setting {
        ALLOCATOR(
                "allocator",
                "ace",
                "ace, pooled, adaptive or unpooled",
                "The allocator that AceAllocators.configured() gives."),
        MAX_BYTES(
                "maxBytes",
                "auto",
                "bytes, or a number with k, m or g, at least 3m; auto is for direct memory the JVM's limit, or less where container or machine"
                        + " have less than that beside the Java heap and an eighth of all, or 80 MiB if that is more (but at"
                        + " least that eighth)",
                "The most memory, direct and heap together, that one allocator takes. With auto heap buffers are limited"
                        + " by the Java heap alone."),
        PURGE_DELAY_MILLIS(
                "purgeDelayMillis",
                "auto",
                "milliseconds, 0 to 3600000; auto is 1000, and where the control loop learns 125 with the profile footprint and"
                        + " 8000 with throughput",
                "How long memory lies unused before it goes back to the system. In a heap that goes on allocating, free pages lie"
                        + " up to eight times as long if that pays, and twice that where it was seen to."),
        MODE(
                "mode",
                "learn",
                "off, observe, learn or frozen",
                "How far the control loop goes: off keeps fixed limits, observe logs what it would do, learn moves the"
                        + " limits, frozen keeps those of the policy file."),
        PROFILE(
                "profile",
                "balanced",
                "throughput, balanced or footprint",
                "What memory is worth to the control loop: 64, 8 or 1 GiB for a core."),
        POLICY(
                "policy",
                "none",
                "none or a file",
                "Where the control loop finds what was learned before, and keeps what it learns."),
        STATS("stats", "none", "none or exit", "exit prints all figures to standard error when the JVM ends."),
        LEAK_TRACKED_PER_SECOND(
                "leakTrackedPerSecond",
                "1000",
                "buffers a second, 0 to 1000000",
                "How many buffers each heap lets Netty's leak detector follow where neither its level nor its interval"
                        + " is set."),
        AGENT(
                "agent",
                "on",
                "on or off",
                "Whether the agent, where it is given, has Netty's pooled and adaptive allocators hand out ACE's buffers."),
        AGENT_OPEN_JDK(
                "agent.openJdk",
                "true",
                "true or false",
                "Whether the agent gives the class path native access, as --enable-native-access=ALL-UNNAMED does.");

        private final String property;
        private final String defaultValue;
        private final String unit;
        private final String sentence;

        Setting(String name, String defaultValue, String unit, String sentence) {
            property = PREFIX + name;
            this.defaultValue = defaultValue;
            this.unit = unit;
            this.sentence = sentence;
        }
    }

    private final Map<Setting, String> values = new EnumMap<>(Setting.class);

    private AceConfig(Properties properties) {
        for (Setting setting : Setting.values()) {
            values.put(
                    setting,
                    properties
                            .getProperty(setting.property, setting.defaultValue)
                            .trim());
        }
        for (String name : properties.stringPropertyNames()) {
            if (name.startsWith(PREFIX) && Arrays.stream(Setting.values()).noneMatch(s -> s.property.equals(name))) {
                String known =
                        Arrays.stream(Setting.values()).map(s -> s.property).collect(Collectors.joining(", "));
                throw new IllegalArgumentException(name + ": no such setting (expected one of: " + known + ")");
            }
        }
        allocator();
        maxBytes(Long.MAX_VALUE);
        purgeDelayMillis();
        mode();
        profile();
        policy();
        printsStatsAtExit();
        leakTrackedPerSecond();
        oneOf(Setting.AGENT, "on", "off");
        oneOf(Setting.AGENT_OPEN_JDK, "true", "false");
    }

    /**
     * The settings that the JVM was started with.
     *
     * @return checked settings
     * @throws IllegalArgumentException if a value or a name under {@code acealloc.} is wrong
     */
    public static AceConfig fromSystemProperties() {
        return new AceConfig(System.getProperties());
    }

    /**
     * Settings from any properties.
     *
     * @param properties names with the prefix {@code acealloc.}; others are passed over
     * @return checked settings
     * @throws IllegalArgumentException if a value or a name under {@code acealloc.} is wrong
     */
    public static AceConfig from(Properties properties) {
        return new AceConfig(properties);
    }

    /**
     * Which allocator {@code AceAllocators.configured()} gives.
     *
     * @return one of the four
     */
    public AllocatorName allocator() {
        return named(Setting.ALLOCATOR, AllocatorName.values());
    }

    /**
     * How far the control loop goes.
     *
     * @return one of the four
     */
    public Mode mode() {
        return named(Setting.MODE, Mode.values());
    }

    /**
     * What memory is worth to the control loop.
     *
     * @return one of the three
     */
    public Profile profile() {
        return named(Setting.PROFILE, Profile.values());
    }

    /**
     * The limits that heaps start with.
     *
     * @return those for the mode, with the purge delay
     */
    public Knobs knobs() {
        Knobs knobs = Knobs.defaults();
        if (mode() == Mode.LEARN) {
            knobs = Knobs.toBeLearned();
            Economics economics = new Economics(profile().price(), Economics.UNTIMED_REFILL_NANOS);
            knobs = knobs.withPaying(economics.taus(knobs)).withPagesByTime(profile() != Profile.FOOTPRINT);
        }
        return knobs.withPurgeDelay(TimeUnit.MILLISECONDS.toNanos(purgeDelayMillis()));
    }

    /**
     * The file that a learned policy is read from and written to.
     *
     * @return its name, if there is to be one
     */
    public Optional<Path> policy() {
        String value = values.get(Setting.POLICY);
        try {
            return value.equals("none") ? Optional.empty() : Optional.of(Path.of(value));
        } catch (InvalidPathException e) {
            throw wrong(Setting.POLICY);
        }
    }

    private <T> T named(Setting setting, T[] all) {
        for (T one : all) {
            if (one.toString().equalsIgnoreCase(values.get(setting))) {
                return one;
            }
        }
        throw wrong(setting);
    }

    /**
     * The most memory that one allocator takes, direct and heap together.
     *
     * @param automatic what {@code auto} means here, in bytes
     * @return bytes, at least 3 MiB
     */
    public long maxBytes(long automatic) {
        String value = values.get(Setting.MAX_BYTES).toLowerCase(Locale.ROOT);
        if (value.equals("auto")) {
            return automatic;
        }
        int shift = value.isEmpty() ? 0 : 10 * (1 + "kmg".indexOf(value.charAt(value.length() - 1)));
        try {
            long number = Long.parseLong(shift == 0 ? value : value.substring(0, value.length() - 1));
            if (number > 0 && number <= Long.MAX_VALUE >> shift && number << shift >= LEAST_BYTES) {
                return number << shift;
            }
        } catch (NumberFormatException e) {
            throw wrong(Setting.MAX_BYTES);
        }
        throw wrong(Setting.MAX_BYTES);
    }

    /**
     * How many buffers a second and heap leak detection follows where the user has set nothing about it.
     *
     * @return 0 to 1,000,000
     */
    public int leakTrackedPerSecond() {
        return number(Setting.LEAK_TRACKED_PER_SECOND, MAX_TRACKED);
    }

    /**
     * How long memory lies unused before it goes back to the system.
     *
     * @return milliseconds, 0 to 3,600,000
     */
    public int purgeDelayMillis() {
        if (values.get(Setting.PURGE_DELAY_MILLIS).equals("auto")) {
            double price = mode() == Mode.LEARN ? profile().price() : Profile.BALANCED.price();
            return (int) Math.round(PURGE_DELAY_MILLIS * Profile.BALANCED.price() / price);
        }
        return number(Setting.PURGE_DELAY_MILLIS, MAX_DELAY_MILLIS);
    }

    /**
     * Whether all figures are printed when the JVM ends.
     *
     * @return {@code true} for {@code exit}
     */
    public boolean printsStatsAtExit() {
        String value = values.get(Setting.STATS);
        if (!value.equals("exit") && !value.equals("none")) {
            throw wrong(Setting.STATS);
        }
        return value.equals("exit");
    }

    private void oneOf(Setting setting, String... expected) {
        if (Arrays.stream(expected).noneMatch(values.get(setting)::equalsIgnoreCase)) {
            throw wrong(setting);
        }
    }

    private int number(Setting setting, int most) {
        String value = values.get(setting);
        if (value.matches("\\d{1,9}") && Integer.parseInt(value) <= most) {
            return Integer.parseInt(value);
        }
        throw wrong(setting);
    }

    private IllegalArgumentException wrong(Setting setting) {
        return new IllegalArgumentException(
                setting.property + ": " + values.get(setting) + " (expected: " + setting.unit + ")");
    }

    /**
     * The page {@code docs/configuration.md}.
     *
     * @return Markdown
     */
    public static String markdown() {
        StringBuilder page = new StringBuilder(1024);
        page.append("# Settings\n\nAll are system properties (`-Dname=value`), read when an allocator is made. A wrong")
                .append(" name or value is an error that says what is expected. This page is generated from")
                .append(" `AceConfig`.\n\n| property | default | value | what it does |\n| --- | --- | --- | --- |\n");
        for (Setting setting : Setting.values()) {
            page.append("| `")
                    .append(setting.property)
                    .append("` | `")
                    .append(setting.defaultValue)
                    .append("` | ")
                    .append(setting.unit)
                    .append(" | ")
                    .append(setting.sentence)
                    .append(" |\n");
        }
        return page.toString();
    }

    /**
     * The settings that are not as by default, on one line.
     *
     * @return names and values
     */
    public String changes() {
        String changes = Arrays.stream(Setting.values())
                .filter(setting -> !values.get(setting).equals(setting.defaultValue))
                .map(setting -> setting.property + "=" + values.get(setting))
                .collect(Collectors.joining(", "));
        return changes.isEmpty() ? "all settings as by default" : changes;
    }

    /** The effective settings on one line. */
    @Override
    public String toString() {
        return Arrays.stream(Setting.values())
                .map(setting -> setting.property + "=" + values.get(setting))
                .collect(Collectors.joining(", "));
    }
}
