/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.acealloc.control.LearnedPolicy;
import io.github.acealloc.control.LearnedPolicy.Limits;
import io.github.acealloc.netty.PolicyFile.Policies;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The policy's name may lead to a file that is not ours, to a link or to nowhere: nothing is harmed, and it is said. */
class PolicyFileOfOthersTest {
    private static final Policies SOME =
            new Policies(new LearnedPolicy(Map.of(1024, new Limits(96, 16))), LearnedPolicy.NONE);
    private static final String FOREIGN = "user = root\npassword = secret\n";
    private static final String OF_AN_EARLIER_BUILD =
            "{\n  \"format\" : \"acealloc-policy\",\n  \"version\" : 1,\n  \"classes\" : 80,\n  \"direct\" : { },\n  \"heap\" : { }\n}";

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("policy.properties");
    }

    private PolicyKeeper keeper(Path path) {
        PolicyKeeper keeper = new PolicyKeeper(path, true);
        keeper.keep(SOME::direct, SOME::heap);
        return keeper;
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted().toList();
        }
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static void assumePosix() {
        assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"), "files have a mode");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                FOREIGN,
                "",
                "{}",
                OF_AN_EARLIER_BUILD,
                "classes = 80\nformat = ace-alloc-policy-2\n",
                "classes = 80\nform"
            })
    void whatIsNoPolicyIsNeverWrittenOver(String text) throws IOException {
        Files.writeString(file, text);
        try (LogCapture log = new LogCapture(PolicyKeeper.class)) {
            PolicyKeeper keeper = keeper(file);
            assertThat(keeper.read()).isEqualTo(Policies.NONE);
            assertThat(log.lines()).hasSize(1);
            assertThat(log.lines().get(0))
                    .startsWith("WARNING acealloc.policy: " + file + " is ignored: ")
                    .endsWith("; nothing is written over it");
            keeper.write();
            keeper.end();
            assertThat(log.lines()).as("said once").hasSize(1);
        }
        assertThat(file).hasContent(text);
        assertThatThrownBy(() -> PolicyFile.write(file, SOME))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is no learned policy and stays as it is");
        assertThat(file).hasContent(text);
        assertThat(files()).containsExactly(file);
    }

    @Test
    void aPolicyOfAnEarlierBuildIsNamedAndWhatToDoIsSaid() throws IOException {
        Files.writeString(file, OF_AN_EARLIER_BUILD);
        assertThatThrownBy(() -> PolicyFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("JSON, which earlier builds wrote")
                .hasMessageContaining("delete the file if it is such a policy, or give another name");
    }

    @Test
    void aBinaryFileStaysAsItIs() throws IOException {
        byte[] bytes = new byte[10_000];
        for (long seed = 0; seed < 50; seed++) {
            new Random(seed).nextBytes(bytes);
            Files.write(file, bytes);
            assertThatThrownBy(() -> PolicyFile.read(file))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("(expected: ");
            assertThatThrownBy(() -> PolicyFile.write(file, SOME)).isInstanceOf(IOException.class);
            assertThat(file).hasBinaryContent(bytes);
        }
    }

    @Test
    void nothingThatIsInAnothersFileGetsIntoTheLog() throws IOException {
        Files.writeString(file, FOREIGN);
        try (LogCapture log = new LogCapture(PolicyKeeper.class)) {
            keeper(file).read();
            assertThat(log.lines()).hasSize(1);
            assertThat(log.lines().get(0)).doesNotContain("password").doesNotContain("secret");
        }
    }

    /** What was put there after the start is not ours either. */
    @Test
    void whatCameMeanwhileIsNotWrittenOver() throws IOException {
        PolicyKeeper keeper = keeper(file);
        keeper.read();
        Files.writeString(file, FOREIGN);
        try (LogCapture log = new LogCapture(PolicyKeeper.class)) {
            keeper.write();
            assertThat(log.lines()).hasSize(1);
        }
        assertThat(file).hasContent(FOREIGN);
        assertThat(saidAtExit(keeper)).contains("was not written at the end");
        Files.delete(file);
        assertThat(saidAtExit(keeper))
                .as("of a file that could be written at last")
                .isEmpty();
        assertThat(PolicyFile.read(file)).as("and when it has gone").isEqualTo(SOME);
    }

    private static String saidAtExit(PolicyKeeper keeper) {
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            keeper.atExit();
        } finally {
            System.setErr(before);
        }
        return said.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aLinkStaysALinkAndItsTargetIsWritten() throws IOException {
        Path target = Files.createDirectory(folder.resolve("elsewhere")).resolve("real.properties");
        Path second = folder.resolve("second");
        Files.createSymbolicLink(second, Path.of("elsewhere", "real.properties"));
        Files.createSymbolicLink(file, second);
        PolicyFile.write(file, SOME);
        assertThat(PolicyFile.read(target)).as("of a target that was not there").isEqualTo(SOME);
        PolicyFile.write(file, Policies.NONE);
        assertThat(PolicyFile.read(target)).isEqualTo(Policies.NONE);
        assertThat(file).isSymbolicLink();
        assertThat(second).isSymbolicLink();
        Files.writeString(target, FOREIGN);
        assertThatThrownBy(() -> PolicyFile.write(file, SOME)).isInstanceOf(IOException.class);
        assertThat(target).hasContent(FOREIGN);
    }

    @Test
    void linksInACircleLeadNowhere() throws IOException {
        Files.createSymbolicLink(file, file);
        assertThatThrownBy(() -> PolicyFile.write(file, SOME))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("more than 40 links");
        assertThat(files()).containsExactly(file);
    }

    @Test
    void modeStaysAndANewFileHasTheModeOfAnyNewFile() throws IOException {
        assumePosix();
        PolicyFile.write(file, SOME);
        assertThat(mode(file)).isEqualTo(mode(Files.createFile(folder.resolve("any"))));
        for (String mode : List.of("rw-rw-r--", "rw-r-----", "rw-------", "rwxrwxrwx")) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
            PolicyFile.write(file, SOME);
            assertThat(mode(file)).isEqualTo(mode);
        }
    }

    @Test
    void aReadOnlyFileStaysAsItIs() throws IOException {
        assumePosix();
        PolicyFile.write(file, Policies.NONE);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
        assumeTrue(!Files.isWritable(file), "the superuser may write to everything");
        try (LogCapture log = new LogCapture(PolicyKeeper.class)) {
            PolicyKeeper keeper = keeper(file);
            keeper.read();
            assertThat(log.lines()).hasSize(1);
            assertThat(log.lines().get(0)).contains("cannot be written").contains("read-only");
            keeper.write();
        }
        assertThat(PolicyFile.read(file)).isEqualTo(Policies.NONE);
    }

    /** It is said when the allocator is made, before anything is learned. */
    @Test
    void aNameThatLeadsNowhereIsSaidAtOnce() throws IOException {
        Path nowhere = folder.resolve("none").resolve("policy.properties");
        Map<String, String> settings = Map.of("acealloc.mode", "learn", "acealloc.policy", nowhere.toString());
        try (LogCapture log = new LogCapture(PolicyKeeper.class);
                AceByteBufAllocator allocator = new AceByteBufAllocator(Laws.config(settings))) {
            assertThat(log.lines())
                    .filteredOn(line -> line.startsWith("WARNING"))
                    .hasSize(1);
            assertThat(allocator.learned()).isEqualTo(Policies.NONE);
        }
        try (LogCapture log = new LogCapture(PolicyKeeper.class);
                AceByteBufAllocator allocator = new AceByteBufAllocator(
                        Laws.config(Map.of("acealloc.mode", "learn", "acealloc.policy", file.toString())))) {
            assertThat(log.lines()).as("what can be written").allMatch(line -> line.startsWith("INFO"));
            assertThat(allocator.learned()).isEqualTo(Policies.NONE);
        }
        assertThat(files()).as("nothing is left of finding out").isEmpty();
    }

    /** The child: learns, and ends. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            try (Loop loop = new Loop()) {
                AceByteBufAllocator allocator = new AceByteBufAllocator();
                ByteBuf buf = loop.call(() -> allocator.directBuffer(1000));
                Laws.awaitTurn(allocator);
                loop.run(buf::release);
            }
        }
    }

    private String childWith(Path policy) {
        return new ChildJvm()
                .with("-Dacealloc.mode=learn", "-Dacealloc.policy=" + policy)
                .run(Child.class);
    }

    @Test
    void itIsSaidAtTheEndToo() throws IOException {
        Files.writeString(file, FOREIGN);
        assertThat(childWith(file))
                .contains("acealloc.policy: " + file + " was not written at the end; it cannot be written: ");
        assertThat(file).hasContent(FOREIGN);
        Path nowhere = folder.resolve("none").resolve("policy.properties");
        assertThat(childWith(nowhere)).contains("acealloc.policy: " + nowhere + " was not written at the end; it ");
        Files.delete(file);
        assertThat(childWith(file)).doesNotContain("was not written");
        assertThat(PolicyFile.read(file)).isNotEqualTo(Policies.NONE);
    }
}
