/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.netty.ChildJvm;
import io.github.acealloc.netty.Contestant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** At a limit that the JVM or Netty sets: what is refused changes nothing and leaves nothing behind, and what there is room for is served. */
class JvmLimitTest {
    private static final String REFUSED = JvmLimitLab.REFUSED;
    private static final String R2 = REFUSED + " " + REFUSED;

    /** The right values, found without any allocator. */
    private static Map<String, String> right() {
        Map<String, String> right = new LinkedHashMap<>();
        right.put("error", "Netty's");
        for (int size : JvmLimitLab.SIZES) {
            right.put("one is released, one is served, " + size, "5 true");
        }
        right.put("growth", R2 + " 3/65536/65536 x2 00010203 65536 true 65536");
        right.put("growth by writing", REFUSED + " 0 " + REFUSED + " 0/65536/65536 x2 00010203 65536 true");
        right.put("consolidation", REFUSED + " 2 0/2097152/2097152 x1 00010203 1048576 true 1 00010203");
        right.put("copies", R2 + " " + REFUSED + " 0/4194304/4194304 x1 00010203 true");
        for (int i = 0; i < 2 * JvmLimitLab.SIZES.length; i++) {
            right.put("burst " + i, JvmLimitLab.SERVED);
        }
        return right;
    }

    private static Map<String, String> values(Contestant whose, String limit, String... options) {
        String said = new ChildJvm()
                .with(limit + JvmLimitLab.LIMIT, "-Dio.netty.leakDetection.level=disabled")
                .with(options)
                .run(JvmLimitLab.class, whose.name());
        return said.lines()
                .filter(line -> line.contains(" = "))
                .map(line -> line.split(" = ", 2))
                .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1]));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-XX:MaxDirectMemorySize=", "-Dio.netty.maxDirectMemory="})
    void ace(String limit) {
        assertThat(values(Contestant.ACE, limit)).isEqualTo(right());
    }

    /** At the limit that Netty counts itself, which it does where it may use {@code Unsafe}: the JVM takes half a second for a refusal. */
    @ParameterizedTest
    @EnumSource(names = {"POOLED", "ADAPTIVE"})
    void nettys(Contestant whose) {
        Map<String, String> expected = right();
        if (whose == Contestant.ADAPTIVE) {
            // A part of a chunk for small ones is not used again before all of the chunk is free.
            expected.put("one is released, one is served, 256", "0 true");
            expected.put("one is released, one is served, 3000", "0 true");
        }
        String[] unsafe = Runtime.version().feature() < 24
                ? new String[0]
                : new String[] {"--sun-misc-unsafe-memory-access=allow", "-Dio.netty.noUnsafe=false"};
        assertThat(values(whose, "-Dio.netty.maxDirectMemory=", unsafe)).isEqualTo(expected);
    }
}
