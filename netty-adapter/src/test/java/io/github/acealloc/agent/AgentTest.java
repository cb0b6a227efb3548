/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.AceConfig;
import io.github.acealloc.netty.ChildJvm;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.Remapper;

/** The agent's jar with programs that know nothing of ACE, each in a JVM of its own. */
class AgentTest {
    private static final String AGENT =
            "-javaagent:" + Path.of("target", "ace-alloc-agent.jar").toAbsolutePath();
    private static final String LEAKS = "io.netty.leakDetection.";
    private static final String[] PARANOID = paranoid("");
    private static final String TAKEN = "INFO: ACE-Alloc's agent: ";
    private static final String LEFT = "WARNING: ACE-Alloc's agent leaves ";

    @TempDir
    Path folder;

    private static String[] paranoid(String prefix) {
        return new String[] {
            AGENT, "-D" + prefix + LEAKS + "level=paranoid", "-D" + prefix + LEAKS + "acquireAndReleaseOnly=true"
        };
    }

    private static String run(List<Path> classPath, String... options) {
        return new ChildJvm().with(options).withClassPath(classPath).run(StockProgram.class);
    }

    private static void expectAce(String said) {
        for (String name : new String[] {"default", "pooled", "own pooled", "own adaptive", "subclass"}) {
            assertThat(said).contains(name + " direct: AskedDirectByteBuf", name + " heap: AskedHeapByteBuf");
        }
        assertThat(said)
                .contains("no direct arenas heap: AskedHeapByteBuf", "no heap arenas direct: AskedDirectByteBuf")
                .containsPattern("no direct arenas direct: Unpooled")
                .containsPattern("no heap arenas heap: Unpooled")
                .doesNotContainPattern("aligned (direct|heap): Asked")
                .contains("before: 0 0", "counts: true", "pins: true", "adaptive counts: true", "says: true")
                .contains("trims: true", "after: pinned 0", "all is well")
                .doesNotContain("LEAK", "WARNING: ACE", "WARN:");
    }

    private static void expectNetty(String said) {
        assertThat(said)
                .containsPattern("pooled direct: Pooled")
                .contains("own adaptive heap: AdaptiveByteBuf", "all is well")
                .doesNotContain("Asked", TAKEN);
    }

    @Test
    void servesAllOfNetty() throws IOException {
        String said = run(StockNetty.classPath(folder, StockProgram.class), AGENT);
        expectAce(said);
        assertThat(said).containsOnlyOnce(TAKEN);
    }

    @Test
    void servesAllOfNettyWithLeakDetection() throws IOException {
        expectAce(run(StockNetty.classPath(folder, StockProgram.class), PARANOID));
    }

    @Test
    void servesNetty41() throws IOException {
        expectAce(run(StockNetty.classPath41(folder, StockProgram.class), AGENT));
    }

    @Test
    void servesNetty41WithLeakDetection() throws IOException {
        expectAce(run(StockNetty.classPath41(folder, StockProgram.class), PARANOID));
    }

    @Test
    void isGivenByTheEnvironment() throws IOException {
        expectAce(new ChildJvm()
                .withVariable("JAVA_TOOL_OPTIONS", AGENT)
                .withClassPath(StockNetty.classPath(folder, StockProgram.class))
                .run(StockProgram.class));
    }

    /** What a build does that relocates Netty: classes, and the names of properties. */
    private static Remapper relocation(String prefix) {
        return new Remapper(Opcodes.ASM9) {
            @Override
            public String map(String name) {
                return name.startsWith("io/netty/") ? prefix.replace('.', '/') + name : name;
            }

            @Override
            public Object mapValue(Object value) {
                return value instanceof String text && text.startsWith("io.netty.")
                        ? prefix + text
                        : super.mapValue(value);
            }
        };
    }

    @Test
    void servesTheNettyOfGrpc() throws IOException {
        String prefix = "io.grpc.netty.shaded.";
        List<Path> classPath =
                new ArrayList<>(StockNetty.changedProgram(folder, StockProgram.class, relocation(prefix)));
        classPath.add(Path.of("target", "netty-relocated", "grpc-netty-shaded.jar"));
        String said = run(classPath, paranoid(prefix));
        expectAce(said);
        assertThat(said).contains(TAKEN + prefix + "io.netty.buffer");
    }

    @Test
    void servesRelocatedNetty() throws IOException {
        String prefix = "org.example.shaded.";
        String said = run(StockNetty.changed(folder, StockProgram.class, relocation(prefix)), paranoid(prefix));
        expectAce(said);
        assertThat(said).contains(TAKEN + prefix + "io.netty.buffer");
    }

    @Test
    void servesEachCopyInALoaderOfItsOwn() throws IOException {
        String stock = StockNetty.classPath(folder.resolve("stock"), StockProgram.class).stream()
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
        Path program = folder.resolve("program");
        StockNetty.classPath(program, LoaderProgram.class);
        String said = new ChildJvm()
                .with(AGENT)
                .withClassPath(List.of(program))
                .run(LoaderProgram.class.getName(), stock, StockProgram.class.getName());
        expectAce(said);
        assertThat(said.split(TAKEN, -1)).hasSize(3);
    }

    @Test
    void usesTheApplicationsOwnEngine() throws IOException {
        List<Path> classPath = new ArrayList<>(StockNetty.classPath(folder, BothProgram.class));
        StockNetty.copyAdapter(folder);
        for (Class<?> needed :
                new Class<?>[] {AceConfig.class, MessagePassingQueue.class, MpscVarHandleArrayQueue.class}) {
            classPath.add(StockNetty.placeOf(needed));
        }
        for (String level : new String[] {"disabled", "paranoid"}) {
            assertThat(new ChildJvm()
                            .with(AGENT, "-Dio.netty.leakDetection.level=" + level)
                            .withClassPath(classPath)
                            .run(BothProgram.class))
                    .contains("alloc() is right: true", "one class: true", "one engine: true", "laws: []")
                    .containsOnlyOnce(TAKEN);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-Dacealloc.agent=off",
                "-Dacealloc.allocator=pooled",
                "-Dacealloc.allocator=Adaptive",
                "-Dacealloc.allocator=unpooled"
            })
    void canBeSwitchedOff(String option) throws IOException {
        String said = run(StockNetty.classPath(folder, StockProgram.class), AGENT, option);
        expectNetty(said);
        assertThat(said).doesNotContain("ACE-Alloc");
    }

    @Test
    void servesTheTypeAce() throws IOException {
        expectAce(run(StockNetty.classPath(folder, StockProgram.class), AGENT, "-Dio.netty.allocator.type=ace"));
    }

    @Test
    void leavesUnpooledAlone() throws IOException {
        assertThat(run(StockNetty.classPath(folder, StockProgram.class), AGENT, "-Dio.netty.allocator.type=unpooled"))
                .containsPattern("default direct: .*Unpooled")
                .contains("pooled direct: AskedDirectByteBuf", "all is well");
    }

    @Test
    void isThereOnceThoughGivenTwice() throws IOException {
        String said = run(StockNetty.classPath(folder, StockProgram.class), AGENT, AGENT, AGENT);
        expectAceWithWarnings(said);
        assertThat(said).containsOnlyOnce("WARN: ACE-Alloc's agent is given more than once");
    }

    private static void expectAceWithWarnings(String said) {
        expectAce(said.replaceAll("WARN: ACE-Alloc's agent is given more than once.*", ""));
    }

    /** A Netty whose allocator has another field: it stays, and the adaptive one is served. */
    @Test
    void leavesAnUnknownShapeAsItIs() throws IOException {
        Remapper otherField = new Remapper(Opcodes.ASM9) {
            @Override
            public String mapFieldName(String owner, String name, String descriptor) {
                return name.equals("directArenas") && owner.equals("io/netty/buffer/PooledByteBufAllocator")
                        ? "arenas"
                        : name;
            }
        };
        assertThat(run(StockNetty.changed(folder, StockProgram.class, otherField), AGENT))
                .containsPattern("pooled direct: Pooled")
                .contains("own adaptive direct: AskedDirectByteBuf", "all is well")
                .containsPattern(
                        LEFT + "io.netty.buffer.PooledByteBufAllocator of .*AppClassLoader.*lacks directArenas")
                .containsOnlyOnce(LEFT);
    }

    @Test
    void leavesNettyAsItIsWhereASettingIsWrong() throws IOException {
        String said = run(StockNetty.classPath(folder, StockProgram.class), AGENT, "-Dacealloc.mode=fast");
        expectNetty(said);
        assertThat(said).containsOnlyOnce(LEFT).contains("acealloc.mode: fast");
    }

    /** One that has a class's code anew, as profilers do: Netty's code as it was, with what has been added to it. */
    @Test
    void staysWhereAnotherAgentChangesTheSameClasses() throws IOException {
        Path other = OtherAgent.jar(folder.resolve("other.jar"));
        String said =
                run(StockNetty.classPath(folder.resolve("stock"), StockProgram.class), AGENT, "-javaagent:" + other);
        expectAce(said);
        assertThat(said).contains("changed anew: io.netty.buffer.PooledByteBufAllocator");
    }

    @Test
    void showsItsAllocatorInJmx() throws IOException {
        String said = run(StockNetty.classPath(folder, StockProgram.class), AGENT, "-Dcom.sun.management.jmxremote");
        expectAce(said);
        assertThat(said).contains("shown: acealloc");
    }

    @Test
    void letsTheServerChooseItsLogManager() throws IOException {
        assertThat(new ChildJvm()
                        .with(AGENT)
                        .withClassPath(StockNetty.classPath(folder, LogManagerProgram.class))
                        .run(LogManagerProgram.class))
                .contains("manager: Own");
    }

    @EnabledForJreRange(min = JRE.JAVA_22)
    @Test
    void opensTheJdk() throws IOException {
        List<Path> classPath = StockNetty.classPath(folder, StockProgram.class);
        String advice = "with --enable-native-access";
        assertThat(run(classPath, AGENT)).contains("all is well").doesNotContain(advice);
        assertThat(run(classPath, AGENT, "-Dacealloc.agent.openJdk=false")).contains("all is well", advice);
    }

    /** The class path of this project's own builds has the agent's classes, but not its jar. */
    @Test
    void findsItsJarWhereItsClassesLieElsewhereToo() {
        assertThat(new ChildJvm().with(AGENT).run(BothProgram.class))
                .contains("alloc() is right: true", "one engine: true", "laws: []");
    }

    @Test
    void nothingOfItIsLoadedWithoutTheAgent() throws IOException {
        List<Path> classPath = List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1)).stream()
                .map(Path::of)
                .toList();
        assertThat(new ChildJvm()
                        .with("-Xlog:class+load")
                        .withClassPath(classPath)
                        .run(BothProgram.class))
                .contains("io.github.acealloc.netty.AceDirectByteBuf ", "io.github.acealloc.netty.TakeOver ")
                .doesNotContain("io.github.acealloc.netty.Asked");
    }
}
