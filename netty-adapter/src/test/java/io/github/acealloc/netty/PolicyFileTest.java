/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.control.Controller;
import io.github.acealloc.control.LearnedPolicy;
import io.github.acealloc.control.LearnedPolicy.Limits;
import io.github.acealloc.netty.PolicyFile.Policies;
import io.github.acealloc.slab.SizeClasses;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What was learned comes back from its file as it was, or not at all and with a word that says why. */
class PolicyFileTest {
    private static final String HEADER =
            "{\"format\": \"acealloc-policy\", \"version\": 1, \"classes\": " + SizeClasses.COUNT;
    private static final Policies SOME = new Policies(
            new LearnedPolicy(Map.of(1024, new Limits(96, 16), 16, new Limits(0, 1))),
            new LearnedPolicy(Map.of(SizeClasses.MAX_BLOCK, new Limits(Controller.MOST_CAP, Controller.MOST_BATCH))));

    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("policy.json");
    }

    private Path file(String text) throws IOException {
        return Files.writeString(file(), text);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }

    private static Policies everyClass(int cap) {
        Map<Integer, Limits> limits = new HashMap<>();
        for (int c = 0; c < SizeClasses.COUNT; c++) {
            limits.put(SizeClasses.blockBytes(c), new Limits(cap, 1 + c));
        }
        return new Policies(new LearnedPolicy(limits), new LearnedPolicy(limits));
    }

    @Test
    void comesBackAsItWas() throws IOException {
        for (Policies policies : List.of(SOME, everyClass(7), Policies.NONE)) {
            PolicyFile.write(file(), policies);
            assertThat(PolicyFile.read(file())).isEqualTo(policies);
        }
        assertThat(files()).as("and nothing beside it").containsExactly(file());
    }

    @Test
    void aKindThatIsLeftOutHasLearnedNothing() throws IOException {
        Policies read = PolicyFile.read(file(HEADER + ", \"heap\": {\"16\": {\"cap\": 3, \"batch\": 2}}}"));
        assertThat(read.direct()).isEqualTo(LearnedPolicy.NONE);
        assertThat(read.heap().limits()).isEqualTo(Map.of(16, new Limits(3, 2)));
    }

    /** What is in the file, and what the text must say of it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "'' | (expected: an object)",
                "not JSON | (expected: a learned policy)",
                "[] | the file: [ (expected: an object)",
                "null | the file: null (expected: an object)",
                "42 | the file: 42 (expected: an object)",
                "{} | first format",
                "{\"version\": 1} | version (expected: first format)",
                "{\"format\": \"jemalloc\"} | format: jemalloc (expected: acealloc-policy)",
                "{\"format\": [\"acealloc-policy\"]} | format: [ (expected: acealloc-policy)",
                "{\"format\": null} | format: null (expected: acealloc-policy)",
                "{\"format\": \"acealloc-policy\", \"classes\": 80} | classes (expected: first version)",
                "{\"format\": \"acealloc-policy\", \"version\": 0} | version: 0 (expected: 1)",
                "{\"format\": \"acealloc-policy\", \"version\": 2} | version: 2 (expected: 1)",
                "{\"format\": \"acealloc-policy\", \"version\": 1, \"classes\": 79} | classes: 79 (expected: ",
                "HEAD, \"native\": {}} | native (expected: direct or heap)",
                "HEAD, \"format\": \"acealloc-policy\"} | (expected: a learned policy)",
                "HEAD, \"direct\": []} | direct: [ (expected: an object)",
                "HEAD, \"direct\": null} | direct: null (expected: an object)",
                "HEAD, \"direct\": {}, \"direct\": {}} | Duplicate field 'direct'",
                "HEAD, \"direct\": {\"16\": {\"cap\": 1, \"batch\": 1}, \"16\": {\"cap\": 2, \"batch\": 1}}}"
                        + " | Duplicate field '16'",
                "HEAD, \"direct\": {\"17\": {\"cap\": 1, \"batch\": 1}}} | block size: 17 (expected: a size class)",
                "HEAD, \"direct\": {\"0\": {\"cap\": 1, \"batch\": 1}}} | block size: 0 (expected: a size class)",
                "HEAD, \"direct\": {\"2097152\": {\"cap\": 1, \"batch\": 1}}} | 2097152 (expected: a size class)",
                "HEAD, \"direct\": {\"-16\": {\"cap\": 1, \"batch\": 1}}} | -16 (expected: the size of a class's blocks)",
                "HEAD, \"direct\": {\"99999999999\": {}}} | 99999999999 (expected: the size of a class's blocks)",
                "HEAD, \"direct\": {\"\": {\"cap\": 1, \"batch\": 1}}} | (expected: the size of a class's blocks)",
                "HEAD, \"direct\": {\"16\": 5}} | 16: 5 (expected: an object)",
                "HEAD, \"direct\": {\"16\": {}}} | (expected: cap)",
                "HEAD, \"direct\": {\"16\": {\"batch\": 1, \"cap\": 1}}} | batch (expected: cap)",
                "HEAD, \"direct\": {\"16\": {\"cap\": 1}}} | (expected: batch)",
                "HEAD, \"direct\": {\"16\": {\"cap\": -1, \"batch\": 1}}} | cap: -1 (expected: 0 to 16384)",
                "HEAD, \"direct\": {\"16\": {\"cap\": 16385, \"batch\": 1}}} | cap: 16385 (expected: 0 to 16384)",
                "HEAD, \"direct\": {\"16\": {\"cap\": 99999999999, \"batch\": 1}}} | (99999999999)",
                "HEAD, \"direct\": {\"16\": {\"cap\": \"1\", \"batch\": 1}}} | cap: 1 (expected: a whole number)",
                "HEAD, \"direct\": {\"16\": {\"cap\": 1.5, \"batch\": 1}}} | cap: 1.5 (expected: a whole number)",
                "HEAD, \"direct\": {\"16\": {\"cap\": NaN, \"batch\": 1}}} | NaN",
                "HEAD, \"direct\": {\"16\": {\"cap\": 1, \"batch\": 0}}} | batch: 0 (expected: 1 to 256)",
                "HEAD, \"direct\": {\"16\": {\"cap\": 1, \"batch\": 257}}} | batch: 257 (expected: 1 to 256)",
                "HEAD, \"direct\": {\"16\": {\"cap\": 1, \"batch\": 1, \"x\": 1}}} | 16: x (expected: cap and batch, no more)",
                "HEAD} {} | after the end: { (expected: nothing more)",
                "HEAD} x | (expected: a learned policy)"
            })
    void damageIsSaidAndNothingIsLearned(String text, String says) throws IOException {
        file(text.replace("HEAD", HEADER));
        assertThatThrownBy(() -> PolicyFile.read(file()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(says)
                .hasMessageContaining(says.startsWith("Duplicate") || says.contains("(9999") ? "" : "expected")
                .hasMessageNotContaining("\n");
        assertIgnored(file(), says);
    }

    private static void assertIgnored(Path file, String says) {
        try (LogCapture log = new LogCapture(PolicyKeeper.class)) {
            assertThat(new PolicyKeeper(file, true).read()).isEqualTo(Policies.NONE);
            assertThat(log.lines()).hasSize(1);
            assertThat(log.lines().get(0))
                    .startsWith("WARNING acealloc.policy: " + file + " is ignored: ")
                    .contains(says);
        }
    }

    @Test
    void noPartOfAFileIsTakenForAPolicy() throws IOException {
        PolicyFile.write(file(), SOME);
        byte[] whole = Files.readAllBytes(file());
        for (int length = 0; length < whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> PolicyFile.read(file()))
                    .as("%s bytes", length)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("(expected: ");
        }
        Files.write(file(), whole);
        assertThat(PolicyFile.read(file())).isEqualTo(SOME);
    }

    /** Whatever one byte becomes, the file is read as a policy of lawful limits or refused. */
    @Test
    void noDamagedByteDoesMoreThanThat() throws IOException {
        PolicyFile.write(file(), SOME);
        byte[] whole = Files.readAllBytes(file());
        int refused = 0;
        for (int at = 0; at < whole.length; at++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                byte[] damaged = whole.clone();
                damaged[at] ^= (byte) (1 << bit);
                Files.write(file(), damaged);
                try {
                    assertThat(PolicyFile.read(file()).direct()).isNotNull();
                } catch (IOException e) {
                    refused++;
                }
            }
        }
        assertThat(refused).isGreaterThan(whole.length);
    }

    @Test
    void whatIsFarTooLongIsNotRead() throws IOException {
        file(HEADER + "}" + " ".repeat(64 << 10));
        assertThatThrownBy(() -> PolicyFile.read(file()))
                .isInstanceOf(IOException.class)
                .hasMessage("length: more than 65536 bytes (expected: <= 65536)");
        assertIgnored(file(), "length: ");
    }

    @Test
    void whatHasNoEndIsNotReadToItsEnd() {
        Path endless = Path.of("/dev/zero");
        if (Files.exists(endless)) {
            assertIgnored(endless, "length: ");
        }
    }

    @Test
    void aFolderIsNoPolicy() {
        assertThatThrownBy(() -> PolicyFile.read(folder)).isInstanceOf(IOException.class);
        assertIgnored(folder, "irectory");
    }

    @Test
    void aFileThatIsNotThereYetIsNoReasonToWarn() {
        try (LogCapture log = new LogCapture(PolicyKeeper.class)) {
            assertThat(new PolicyKeeper(file(), true).read()).isEqualTo(Policies.NONE);
            assertThat(log.lines())
                    .containsExactly("INFO acealloc.policy: " + file() + " is not there yet; starting without");
        }
        assertThatThrownBy(() -> PolicyFile.read(file())).isInstanceOf(IOException.class);
    }

    @Test
    void whoReadsWhileItIsWrittenSeesTheOldOneOrTheNewOne() throws Exception {
        List<Policies> two = List.of(everyClass(1), everyClass(2));
        PolicyFile.write(file(), two.get(0));
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread reader = new Thread(() -> {
            try {
                while (!done.get()) {
                    assertThat(PolicyFile.read(file())).isIn(two);
                }
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        reader.start();
        for (int i = 0; i < 300; i++) {
            PolicyFile.write(file(), two.get(i % 2));
        }
        done.set(true);
        reader.join();
        assertThat(failure.get()).isNull();
        assertThat(files()).containsExactly(file());
    }

    @Test
    void whatCannotBeReplacedStaysAndLeavesNothingBeside() throws IOException {
        Path taken = Files.createDirectory(folder.resolve("taken"));
        assertThatThrownBy(() -> PolicyFile.write(taken, SOME)).isInstanceOf(IOException.class);
        assertThat(files()).containsExactly(taken);
        assertThat(taken).isEmptyDirectory();
    }

    private static PolicyKeeper keeper(Path file, boolean writes) {
        PolicyKeeper keeper = new PolicyKeeper(file, writes);
        keeper.keep(SOME::direct, SOME::heap);
        return keeper;
    }

    @Test
    void aFolderThatCannotBeWrittenToIsReportedOnce() throws IOException {
        Path nowhere = file("no folder").resolve("policy.json");
        PolicyKeeper keeper = keeper(nowhere, true);
        try (LogCapture log = new LogCapture(PolicyKeeper.class)) {
            keeper.write();
            keeper.write();
            keeper.end();
            assertThat(log.lines()).hasSize(1);
            assertThat(log.lines().get(0)).startsWith("WARNING acealloc.policy: " + nowhere + " cannot be written: ");
        }
        assertThat(files()).containsExactly(file());
    }

    @Test
    void writesNothingWhereItMayNotOrNothingWasLearnedOrTheEndHasCome() throws IOException {
        keeper(file(), false).write();
        keeper(file(), false).end();
        PolicyKeeper nothing = new PolicyKeeper(file(), true);
        nothing.keep(() -> LearnedPolicy.NONE, () -> LearnedPolicy.NONE);
        nothing.write();
        assertThat(files()).isEmpty();
        PolicyKeeper ended = keeper(file(), true);
        ended.end();
        assertThat(PolicyFile.read(file())).isEqualTo(SOME);
        Files.delete(file());
        ended.write();
        assertThat(files()).as("another server may have learned more").isEmpty();
    }

    @Test
    void theAllocatorGoesOnWhateverBecomesOfTheFile() throws IOException {
        Path nowhere = file("no folder").resolve("policy.json");
        try (LogCapture log = new LogCapture(PolicyKeeper.class);
                Loop loop = new Loop()) {
            AceByteBufAllocator allocator = new AceByteBufAllocator(
                    Laws.config(Map.of("acealloc.mode", "learn", "acealloc.policy", nowhere.toString())));
            ByteBuf buf = loop.call(() -> allocator.directBuffer(1000));
            Laws.awaitTurn(allocator);
            loop.run(buf::release);
            Laws.assertClosesClean(allocator, loop);
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("WARNING"))
                    .hasSize(1);
        }
        assertThat(file()).content(StandardCharsets.UTF_8).isEqualTo("no folder");
    }
}
