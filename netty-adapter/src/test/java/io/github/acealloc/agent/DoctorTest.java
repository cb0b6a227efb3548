/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.Remapper;

/** The command {@code doctor} with JVMs of all kinds. */
class DoctorTest {
    private static final String START = "start the JVM with " + Command.AGENT;
    private static final String OPTION = "childOption(ChannelOption.ALLOCATOR, AceAllocators.configured())";
    private static final String SHADED = "io.grpc.netty.shaded.";

    @TempDir
    Path folder;

    private String doctor(List<Path> classPath, String allocator, String... options)
            throws IOException, InterruptedException {
        try (LiveJvm jvm = LiveJvm.start(classPath, allocator, options)) {
            String said = Command.good("doctor", jvm.pid());
            assertThat(said).startsWith("ACE-Alloc doctor  JVM " + jvm.pid() + "  Java ");
            return said;
        }
    }

    private List<Path> relocated() throws IOException {
        Remapper names = new Remapper(Opcodes.ASM9) {
            @Override
            public String map(String name) {
                return name.startsWith("io/netty/") ? SHADED.replace('.', '/') + name : name;
            }
        };
        List<Path> classPath = new ArrayList<>(StockNetty.changedProgram(folder, LiveProgram.class, names));
        classPath.add(Path.of("target", "netty-relocated", "grpc-netty-shaded.jar"));
        return classPath;
    }

    @Test
    void saysHowToServeStockNettyAndLeavesItAsItIs() throws IOException, InterruptedException {
        try (LiveJvm jvm = LiveJvm.start(LiveJvm.netty(folder), "pooled")) {
            for (int i = 0; i < 2; i++) {
                assertThat(Command.good("doctor", jvm.pid()))
                        .contains("0 of 1 copy of Netty is served by ACE", "without ACE's agent")
                        .containsPattern(
                                "NOT SERVED +io\\.netty 4\\.2\\.\\S+ \\(netty-buffer-.*jar, class loader app\\)")
                        .containsPattern("PooledByteBufAllocator +NOT served +shared one holds \\d.* direct")
                        .contains("why: this JVM was started without ACE's agent", START, OPTION)
                        .doesNotContain("Nothing to do");
            }
        }
    }

    @Test
    void findsAllServedWithTheAgent() throws IOException, InterruptedException {
        assertThat(doctor(LiveJvm.netty(folder), "pooled", Command.AGENT))
                .contains("1 of 1 copy of Netty is served by ACE", "Nothing to do")
                .containsPattern("\nSERVED +io\\.netty ")
                .containsPattern("PooledByteBufAllocator +served by ACE")
                .containsPattern("AceByteBufAllocator +default +1\\.\\d MiB live, .* buffers so far")
                .doesNotContain("why:", "do:");
    }

    @Test
    void findsAllServedWhereTheApplicationUsesAce() throws IOException, InterruptedException {
        assertThat(doctor(LiveJvm.nettyAndAce(folder), "ace"))
                .contains("1 of 1 copy of Netty is served by ACE", "Nothing to do")
                .containsPattern("AceByteBufAllocator +default +1\\.\\d MiB live");
    }

    @Test
    void findsNettysAllocatorBesideUnusedAce() throws IOException, InterruptedException {
        assertThat(doctor(LiveJvm.nettyAndAce(folder), "pooled")).contains("\nNOT SERVED ", START, OPTION);
    }

    @Test
    void saysThatOnlyTheAgentReachesARelocatedNetty() throws IOException, InterruptedException {
        assertThat(doctor(relocated(), "pooled"))
                .containsPattern("NOT SERVED +io\\.grpc\\.netty\\.shaded\\.io\\.netty \\(grpc-netty-shaded\\.jar")
                .contains(START)
                .doesNotContain(OPTION);
        assertThat(doctor(relocated(), "pooled", Command.AGENT))
                .containsPattern("\nSERVED +io\\.grpc\\.netty\\.shaded\\.io\\.netty ")
                .containsPattern("AceByteBufAllocator +default +1\\.\\d MiB live");
    }

    @Test
    void saysThatTheAgentIsSwitchedOff() throws IOException, InterruptedException {
        List<Path> classPath = LiveJvm.netty(folder);
        assertThat(doctor(classPath, "pooled", Command.AGENT, "-Dacealloc.agent=off"))
                .contains("\nNOT SERVED ", "why: the agent is switched off", "do:  drop -Dacealloc.agent=off");
        assertThat(doctor(classPath, "pooled", Command.AGENT, "-Dacealloc.allocator=unpooled"))
                .contains("do:  drop -Dacealloc.allocator=unpooled");
    }

    @Test
    void saysWhichSettingIsWrong() throws IOException, InterruptedException {
        assertThat(doctor(LiveJvm.netty(folder), "pooled", Command.AGENT, "-Dacealloc.mode=fast"))
                .contains("\nNOT SERVED ", "acealloc.mode: fast", "do:  correct that setting")
                .doesNotContain(OPTION);
    }

    @Test
    void saysWhichAllocatorHasNoArenas() throws IOException, InterruptedException {
        String arenas = "-Dio.netty.allocator.numDirectArenas=0";
        assertThat(doctor(LiveJvm.netty(folder), "pooled", Command.AGENT, arenas))
                .contains("\nPARTLY SERVED ", "why: the shared one has no direct arenas", "do:  drop " + arenas)
                .doesNotContain("Alignment");
    }

    @Test
    void saysThatUnpooledIsTheDefault() throws IOException, InterruptedException {
        String unpooled = "-Dio.netty.allocator.type=unpooled";
        assertThat(doctor(LiveJvm.netty(folder), "default", Command.AGENT, unpooled))
                .contains("\nNOT SERVED ", "do:  -Dio.netty.allocator.type=pooled\n");
    }
}
