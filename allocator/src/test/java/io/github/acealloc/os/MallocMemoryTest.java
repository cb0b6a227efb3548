/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.github.acealloc.testing.ChildJvm;
import io.github.acealloc.testing.LogLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.logging.Level;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Memory from {@code malloc} on Java 17 to 21: where the JVM refuses a step there is none, and what is freed takes no pages. */
@EnabledForJreRange(max = JRE.JAVA_21)
@EnabledOnOs(OS.LINUX)
class MallocMemoryTest {
    private static final int MIB = 1 << 20;
    private static final int SUPERSLAB = 2 * MIB + 4032;

    private static OsMemory withOther(String name, String instead) {
        return MallocMemory.open("Linux", asked -> asked.equals(name) ? instead : asked);
    }

    @Test
    void itIsTheSourceOfDirectMemory() {
        assertThat(OsMemory.direct()).isInstanceOf(MallocMemory.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sun.misc.Unsafe",
                "theUnsafe",
                "allocateMemory",
                "freeMemory",
                "pageSize",
                "staticFieldBase",
                "staticFieldOffset",
                "getObject",
                "IMPL_LOOKUP",
                "sun.nio.ch.IOUtil",
                "java.nio.MappedMemoryUtils",
                "unload0",
                "java.nio.DirectByteBuffer"
            })
    void whereAStepIsRefusedThereIsNoneAndItIsSaidWhy(String step) {
        try (LogLines log = new LogLines(MallocMemory.class, Level.FINE)) {
            assertThat(withOther(step, "missing")).isNull();
            assertThat(log.messages())
                    .singleElement(STRING)
                    .startsWith("direct memory comes from direct buffers, and only whole superslabs go back: ")
                    .contains("missing");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "unload0, load0, a page was not given back when tried", // the same call with another advice
        "pageSize, addressSize, pages of 8 bytes",
    })
    void whereAStepDoesSomethingElseThereIsNoneAndItIsSaidWhy(String step, String instead, String why) {
        try (LogLines log = new LogLines(MallocMemory.class, Level.FINE)) {
            assertThat(withOther(step, instead)).isNull();
            assertThat(log.messages()).singleElement(STRING).contains(why);
        }
    }

    @Test
    void onOtherSystemsThereIsNone() {
        try (LogLines log = new LogLines(MallocMemory.class, Level.FINE)) {
            assertThat(MallocMemory.open("Windows 11", name -> name)).isNull();
            assertThat(log.messages()).singleElement(STRING).contains("not Linux but Windows 11");
        }
    }

    /** The C library raises its threshold for mappings as large blocks are freed; the next ones lie in its heap, and it keeps them. */
    @Test
    void whatTheLibraryKeepsHasNoPages() {
        assertThat(new ChildJvm().run(ChurnChild.class)).contains("it keeps few pages: true", "all zero: true");
    }

    /** The child: superslabs and larger ones come and go in any order, on several threads; small ones of others lie between. */
    static final class ChurnChild {
        private ChurnChild() {}

        public static void main(String[] args) throws IOException, InterruptedException {
            OsMemory memory = OsMemory.direct();
            List<Region> small = Collections.synchronizedList(new ArrayList<>());
            boolean[] zero = {true, true, true};
            churn(memory, new Random(1), small, zero, 0); // everything loaded
            long before = resident();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < zero.length; i++) {
                int id = i;
                threads.add(new Thread(() -> churn(memory, new Random(id), small, zero, id)));
                threads.get(i).start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            long more = resident() - before;
            System.out.println("resident beside " + small.size() + " small ones: " + more);
            System.out.println("it keeps few pages: " + (more < 24L * MIB));
            System.out.println("all zero: " + !Arrays.toString(zero).contains("false"));
        }

        private static void churn(OsMemory memory, Random random, List<Region> small, boolean[] zero, int id) {
            List<Region> live = new ArrayList<>();
            for (int round = 0; round < 20; round++) {
                for (int i = 0; i < 12; i++) {
                    Region region = memory.reserve(random.nextInt(8) == 0 ? 5 * MIB : SUPERSLAB);
                    for (int at = 0; at < region.bytes(); at += OsMemory.PAGE) {
                        zero[id] &= region.buffer().get(at) == 0;
                        region.buffer().put(at, (byte) 1);
                    }
                    live.add(region);
                    small.add(memory.reserve(100));
                }
                Collections.shuffle(live, random);
                while (live.size() > 4) {
                    memory.release(live.remove(live.size() - 1));
                }
            }
            live.forEach(memory::release);
        }

        private static long resident() throws IOException {
            for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
                if (line.startsWith("VmRSS:")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
            throw new IOException("/proc/self/status has no VmRSS");
        }
    }
}
