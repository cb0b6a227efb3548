/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Where the Java heap is full allocations fail, but no memory of the allocator is lost, whatever it was doing. */
class FullJavaHeapTest {
    private static final int LIMIT = 256 << 20;
    private static final Pattern ROOM = Pattern.compile("^room (-?\\d+) (\\d+)", Pattern.MULTILINE);
    private static final int FEATURE_WITH_NATIVE_ACCESS = 22;

    @Test
    void nothingIsLost() {
        Map<Contestant, Integer> lost = new ConcurrentHashMap<>();
        Stream.of(Contestant.values()).parallel().forEach(contestant -> {
            String said = run(new ChildJvm(), contestant, true);
            lost.put(contestant, room(said, 1) - room(said, 2));
        });
        System.out.println("lost for good, in buffers of 1.5 MiB: " + lost);
        assertThat(lost.get(Contestant.ACE)).isZero();
    }

    /** Nothing was ever allocated, so the JVM has to load and link on a full heap whatever was not made ready. */
    @Test
    void whatHappensForTheFirstTimeLosesNothing() {
        ChildJvm jvm = new ChildJvm().with("-Dio.netty.leakDetection.level=disabled");
        if (Runtime.version().feature() >= FEATURE_WITH_NATIVE_ACCESS) {
            jvm.with("--enable-native-access=ALL-UNNAMED");
        }
        String said = run(jvm, Contestant.ACE, false);
        assertThat(room(said, 2)).isEqualTo(LIMIT / FullJavaHeap.HUGE);
    }

    private static String run(ChildJvm jvm, Contestant contestant, boolean warm) {
        String said = jvm.with("-Xmx32m", "-XX:MaxDirectMemorySize=" + LIMIT)
                .run(FullJavaHeap.class, contestant.name(), "3000", Boolean.toString(warm));
        System.out.println(contestant + ": " + said);
        if (contestant == Contestant.ACE) {
            assertThat(said).contains("live 0,").contains("corrupted: 0; unexpected: null");
            assertThat(said).doesNotContainPattern("corrupted: [1-9]").doesNotContainPattern("unexpected: [^n]");
        }
        return said;
    }

    private static int room(String said, int group) {
        Matcher room = ROOM.matcher(said);
        assertThat(room.find()).as(said).isTrue();
        return Integer.parseInt(room.group(group));
    }
}
