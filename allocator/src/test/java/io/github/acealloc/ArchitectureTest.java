/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who may know whom. */
class ArchitectureTest {
    private static final String ROOT = "io.github.acealloc";
    private static final JavaClasses ENGINE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(ROOT);

    private static ArchRule layers() {
        return layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("door")
                .definedBy(ROOT)
                .layer("control")
                .definedBy(ROOT + ".control")
                .layer("upkeep")
                .definedBy(ROOT + ".upkeep")
                .layer("heap")
                .definedBy(ROOT + ".heap")
                .layer("slab")
                .definedBy(ROOT + ".slab")
                .layer("os")
                .definedBy(ROOT + ".os..")
                .whereLayer("door")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("control")
                .mayOnlyBeAccessedByLayers("door")
                .whereLayer("upkeep")
                .mayOnlyBeAccessedByLayers("door")
                .whereLayer("heap")
                .mayOnlyBeAccessedByLayers("door", "control", "upkeep")
                .whereLayer("slab")
                .mayOnlyBeAccessedByLayers("door", "control", "upkeep", "heap");
    }

    private static ArchRule noNetty() {
        return noClasses().should().dependOnClassesThat().resideInAPackage("io.netty..");
    }

    @Test
    void packagesDependDownward() {
        assertThat(ENGINE.stream().map(c -> c.getPackageName()).distinct())
                .contains(ROOT, ROOT + ".control", ROOT + ".upkeep", ROOT + ".heap", ROOT + ".slab", ROOT + ".os");
        layers().check(ENGINE);
    }

    @Test
    void packagesFormNoCycle() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(ENGINE);
    }

    @Test
    void theEngineKnowsNothingOfNetty() {
        noNetty().check(ENGINE);
    }

    @Test
    void nothingIsCompiledAgainstUnsafe() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("sun.misc..", "jdk.internal..")
                .check(ENGINE);
    }

    @Test
    void unsafeIsNamedInOneClassOnly() throws URISyntaxException {
        Path classes = Path.of(AceAllocator.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Stream<Path> files = Files.walk(classes)) {
            List<String> named = files.filter(file -> file.toString().endsWith(".class"))
                    .filter(ArchitectureTest::namesUnsafe)
                    .map(file -> file.getFileName().toString())
                    .collect(Collectors.toList());
            assertThat(named).containsExactly("JvmInside.class");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean namesUnsafe(Path file) {
        try {
            String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            return bytes.contains("sun.misc") || bytes.contains("sun/misc");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
