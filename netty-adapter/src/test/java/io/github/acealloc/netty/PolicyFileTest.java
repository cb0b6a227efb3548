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
    private static final String HEAD = "classes = " + SizeClasses.COUNT + "\n";
    private static final String TAIL = "format = ace-alloc-policy-1\n";
    private static final Policies SOME = new Policies(
            new LearnedPolicy(Map.of(1024, new Limits(96, 16), 16, new Limits(0, 1))),
            new LearnedPolicy(Map.of(SizeClasses.MAX_BLOCK, new Limits(Controller.MOST_CAP, Controller.MOST_BATCH))));

    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("policy.properties");
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
        Policies read = PolicyFile.read(file(HEAD + "heap.16 = cap 3, batch 2\n" + TAIL));
        assertThat(read.direct()).isEqualTo(LearnedPolicy.NONE);
        assertThat(read.heap().limits()).isEqualTo(Map.of(16, new Limits(3, 2)));
    }

    /** The lines that are in the file, and what the text must say of them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "'' | no line for format",
                "no policy | no line for format",
                "[] | no line for format",
                "null | no line for format",
                "42 | no line for format",
                "HEAD | no line for format",
                "HEAD; direct.16 = cap 1, batch 1 | no line for format",
                "HEAD; direct.16 = cap 1, batch 1; # TAIL | no line for format",
                "user = a; user = b | no line for format",
                "{} | JSON",
                "format = jemalloc | format = jemalloc (expected: ace-alloc-policy-1)",
                "format | format = (expected: ace-alloc-policy-1)",
                "HEAD; format = ace-alloc-policy-0 | format = ace-alloc-policy-0 (expected: ace-alloc-policy-1)",
                "HEAD; format = ace-alloc-policy-10 | format = ace-alloc-policy-10 (expected: ace-alloc-policy-1)",
                "HEAD; format = ace-alloc-policy | format = ace-alloc-policy (expected: ace-alloc-policy-1)",
                "HEAD; TAIL; TAIL | format is there twice (expected: one line for each)",
                "HEAD; TAIL; direct.16 = cap 1, batch 1 | direct.16 is below format (expected: format = ace-alloc-",
                "HEAD; TAIL; x | x is below format (expected: format = ace-alloc-policy-1 as the last line)",
                "TAIL | no line for classes (expected: classes = ",
                "classes = 79; TAIL | classes = 79 (expected: ",
                "classes; TAIL | classes = (expected: ",
                "HEAD; HEAD; TAIL | classes is there twice",
                "HEAD; native.16 = cap 1, batch 1; TAIL | native.16 (expected: direct or heap, a dot and a block size",
                "HEAD; Direct.16 = cap 1, batch 1; TAIL | Direct.16 (expected: direct or heap",
                "HEAD; 16 = cap 1, batch 1; TAIL | 16 (expected: direct or heap",
                "HEAD; direct; TAIL | direct (expected: direct or heap, a dot and a block size",
                "HEAD; direct. = cap 1, batch 1; TAIL | direct. (expected: direct or heap, a dot and a block size",
                "HEAD; direct.16 = cap 1, batch 1; direct.16 = cap 2, batch 1; TAIL | direct.16 is there twice",
                "HEAD; direct.17 = cap 1, batch 1; TAIL | direct.17 (expected: the size of a class's blocks, such as ",
                "HEAD; heap.2097152 = cap 1, batch 1; TAIL | heap.2097152 (expected: the size of a class's blocks",
                "HEAD; direct.0 = cap 1, batch 1; TAIL | direct.0 (expected: direct or heap",
                "HEAD; direct.016 = cap 1, batch 1; TAIL | direct.016 (expected: direct or heap",
                "HEAD; direct.-16 = cap 1, batch 1; TAIL | direct.-16 (expected: direct or heap",
                "HEAD; direct.99999999999 = cap 1, batch 1; TAIL | direct.99999999999 (expected: direct or heap",
                "HEAD; direct.16; TAIL | direct.16 = (expected: cap 0 to 16384, batch 1 to 256, both whole)",
                "HEAD; direct.16 = 5; TAIL | direct.16 = 5 (expected: cap 0 to 16384, batch 1 to 256, both whole)",
                "HEAD; direct.16 = batch 1, cap 1; TAIL | direct.16 = batch 1, cap 1 (expected: cap",
                "HEAD; direct.16 = cap 1; TAIL | direct.16 = cap 1 (expected: cap",
                "HEAD; direct.16 = cap , batch 1; TAIL | direct.16 = cap , batch 1 (expected: cap",
                "HEAD; direct.16 = cap 1 batch 1; TAIL | direct.16 = cap 1 batch 1 (expected: cap",
                "HEAD; direct.16 = cap -1, batch 1; TAIL | direct.16 = cap -1, batch 1 (expected: cap 0 to 16384",
                "HEAD; direct.16 = cap 16385, batch 1; TAIL | direct.16 = cap 16385, batch 1 (expected: cap 0 to 16384",
                "HEAD; direct.16 = cap 99999999999, batch 1; TAIL | direct.16 = cap 99999999999, batch 1 (expected: cap",
                "HEAD; direct.16 = cap '1', batch 1; TAIL | direct.16 = cap '1', batch 1 (expected: cap",
                "HEAD; direct.16 = cap 1.5, batch 1; TAIL | direct.16 = cap 1.5, batch 1 (expected: cap",
                "HEAD; direct.16 = cap NaN, batch 1; TAIL | direct.16 = cap NaN, batch 1 (expected: cap",
                "HEAD; heap.16 = cap 1, batch 0; TAIL | heap.16 = cap 1, batch 0 (expected: cap 0 to 16384, batch 1 to 256",
                "HEAD; heap.16 = cap 1, batch 257; TAIL | heap.16 = cap 1, batch 257 (expected: cap",
                "HEAD; heap.16 = cap 1, batch 1, x 1; TAIL | heap.16 = cap 1, batch 1, x 1 (expected: cap",
                "HEAD; heap.16 = cap \\u00, batch 1; TAIL | (expected: no backslash in a learned policy)"
            })
    void damageIsSaidAndNothingIsLearned(String lines, String says) throws IOException {
        file(lines.replace("HEAD", HEAD.strip()).replace("TAIL", TAIL.strip()).replace("; ", "\n"));
        assertThatThrownBy(() -> PolicyFile.read(file()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(says)
                .hasMessageContaining("(expected: ")
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
        int end = whole.length - 1; // the last line's end, which an editor may have left out
        for (int length = 0; length < end; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> PolicyFile.read(file()))
                    .as("%s bytes", length)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("(expected: ");
        }
        Files.write(file(), Arrays.copyOf(whole, end));
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
        file(HEAD + " ".repeat(64 << 10) + TAIL);
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
        Path nowhere = file("no folder").resolve("policy.properties");
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
        Path nowhere = file("no folder").resolve("policy.properties");
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
