/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.modules;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.netty.ChildJvm;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** ACE-Alloc serves from the module path, with what is optional and without it. */
@EnabledOnOs(OS.LINUX)
class ModulePathTest {
    private static final String ACE = "io.github.acealloc.netty";

    private static ChildJvm child(String modules) {
        List<Path> path = new ArrayList<>();
        List<Path> ours = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path file = Path.of(entry);
            String name = file.getFileName().toString();
            if (Files.exists(file.resolve("module-info.class"))
                    || name.matches("(netty|jctools|acealloc)-.*(?<!tests)\\.jar")) {
                path.add(file);
            } else if (Files.exists(file.resolve(NamedServer.class.getName().replace('.', '/') + ".class"))) {
                ours.add(file);
            }
        }
        ChildJvm child = new ChildJvm()
                .withClassPath(ours)
                .with(
                        "-p",
                        String.join(
                                File.pathSeparator,
                                path.stream().map(Path::toString).toList()))
                .with("--add-modules", modules);
        return Runtime.version().feature() < 22 ? child : child.with("--enable-native-access=io.github.acealloc");
    }

    private static List<String> linesOf(String said) {
        return Arrays.asList(said.split("\\R"));
    }

    private static void assertServes(String said) {
        assertThat(linesOf(said))
                .contains("module: " + ACE, "untouched is not resident: true", "sum: 129", "live: 0")
                .noneMatch(line -> line.startsWith("WARN"));
    }

    @Test
    void withAllThatIsOptional() {
        assertServes(child(ACE + ",io.netty.transport,java.management,jdk.management,jdk.jfr")
                .run(NamedServer.class));
    }

    @Test
    void withoutAllThatIsOptional() {
        assertServes(child(ACE).with("--limit-modules", ACE).run(NamedServer.class));
    }
}
