/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A level or interval that the JVM was started with, or that its main method sets first, is obeyed to the letter. */
class LeakSettingsTest {
    private static final int N = 100_000;
    private static final Pattern RESULT = Pattern.compile("followed (\\d+) (\\d+) millis (\\d+)");

    /** The child: counts how many of N buffers are followed on a loop, and on a plain thread. */
    static final class Child {
        public static void main(String[] args) {
            if (args.length > 0) {
                ResourceLeakDetector.setLevel(Level.valueOf(args[0].toUpperCase(Locale.ROOT)));
            }
            try (Loop loop = new Loop();
                    AceByteBufAllocator allocator = new AceByteBufAllocator()) {
                long start = System.nanoTime();
                int onLoop = loop.call(() -> count(allocator));
                long millis = (System.nanoTime() - start) / 1_000_000;
                System.out.println("followed " + onLoop + " " + count(allocator) + " millis " + millis);
            }
        }

        private static int count(AceByteBufAllocator allocator) {
            int followed = 0;
            for (int i = 0; i < N; i++) {
                ByteBuf buf = allocator.directBuffer(1 + i % 1000);
                followed += LeakLab.isFollowed(buf) ? 1 : 0;
                buf.release();
            }
            return followed;
        }
    }

    private static int[] followed(String[] options, String... args) {
        String text = new ChildJvm().with(options).run(Child.class, args);
        Matcher result = RESULT.matcher(text);
        assertThat(result.find()).as(text).isTrue();
        return IntStream.rangeClosed(1, 3)
                .map(i -> Integer.parseInt(result.group(i)))
                .toArray();
    }

    private static String[] options(String... properties) {
        String[] options = new String[properties.length];
        for (int i = 0; i < options.length; i++) {
            options[i] = "-Dio.netty." + properties[i];
        }
        return options;
    }

    private static void assertByLot(int[] followed, int interval) {
        int expected = N / interval;
        int tolerance = (int) (6 * Math.sqrt(expected * (1 - 1.0 / interval)));
        assertThat(followed[0]).as("on the loop").isBetween(expected - tolerance, expected + tolerance);
        assertThat(followed[1]).as("elsewhere").isBetween(expected - tolerance, expected + tolerance);
    }

    @Test
    void interval() {
        assertByLot(followed(options("leakDetection.samplingInterval=10")), 10);
    }

    @Test
    void intervalOfOne() {
        assertByLot(followed(options("leakDetection.samplingInterval=1", "leakDetectionLevel=advanced")), 1);
    }

    @Test
    void levelOfNettysDefaultThatWasAskedFor() {
        assertByLot(followed(options("leakDetection.level=simple")), 128);
        assertByLot(followed(options("leakDetectionLevel=simple")), 128);
        assertByLot(followed(options("noResourceLeakDetection=false")), 128);
    }

    @Test
    void levelParanoid() {
        assertByLot(followed(options("leakDetection.level=paranoid", "leakDetection.samplingInterval=1000")), 1);
    }

    @Test
    void levelDisabled() {
        assertThat(followed(options("leakDetection.level=disabled"))).startsWith(0, 0);
        assertThat(followed(options("noResourceLeakDetection=true"))).startsWith(0, 0);
    }

    @Test
    void levelSetByMainBeforeTheFirstAllocator() {
        assertByLot(followed(options(), "advanced"), 128);
        assertByLot(followed(options(), "paranoid"), 1);
    }

    @Test
    void nothingSetIsLimited() {
        int[] followed = followed(options());
        assertThat(followed[0]).isBetween(1, followed[2] + 10);
    }
}
