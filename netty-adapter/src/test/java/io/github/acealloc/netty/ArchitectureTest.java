/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.netty.buffer.ByteBuf;
import java.lang.invoke.VarHandle;

/** What the adapter may depend on, and what it shows. */
@AnalyzeClasses(packages = "io", importOptions = ArchitectureTest.OurMainCode.class)
class ArchitectureTest {

    /** The two modules' main classes: whatever they contain, in whatever package. */
    static final class OurMainCode implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return location.contains("/netty-adapter/target/classes/")
                    || location.contains("/allocator/target/classes/")
                    || location.contains("acealloc-allocator");
        }
    }

    @ArchTest
    static final ArchRule NOTHING_IN_NETTYS_PACKAGES = classes().should().resideInAPackage("io.github.acealloc..");

    @ArchTest
    static final ArchRule ENGINE_KNOWS_NOTHING_OF_NETTY = noClasses()
            .that()
            .resideOutsideOfPackage("io.github.acealloc.netty..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.netty..", "io.github.acealloc.netty..");

    @ArchTest
    static final ArchRule ADAPTER_NEEDS_NETTYS_BUFFERS_ONLY = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.github.acealloc.netty", "io.github.acealloc.netty.watch", "io.github.acealloc.netty.micrometer")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.netty.channel..",
                    "io.netty.bootstrap..",
                    "io.netty.handler..",
                    "org.jctools..",
                    "sun..",
                    "jdk.internal..");

    /** No library that a user's own version of it could be at odds with. */
    @ArchTest
    static final ArchRule NOTHING_ELSE_IS_NEEDED = classes()
            .that()
            .resideOutsideOfPackages("io.github.acealloc.agent..", "io.github.acealloc.netty.micrometer")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "",
                    "java..",
                    "javax.management..",
                    "jdk.jfr..",
                    "com.sun.management..",
                    "io.github.acealloc..",
                    "io.netty..",
                    "org.jctools..");

    /** Only who uses Micrometer needs it. */
    @ArchTest
    static final ArchRule METRICS_NEED_MICROMETER_ONLY = classes()
            .that()
            .resideInAPackage("io.github.acealloc.netty.micrometer")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "io.github.acealloc..", "io.netty..", "io.micrometer.core..");

    @ArchTest
    static final ArchRule NOBODY_KNOWS_THE_METRICS = noClasses()
            .that()
            .resideOutsideOfPackage("io.github.acealloc.netty.micrometer")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.github.acealloc.netty.micrometer");

    /** So that tools could show any allocator, and hold none. */
    @ArchTest
    static final ArchRule TOOLS_SEE_FIGURES_ONLY = noClasses()
            .that()
            .resideInAPackage("io.github.acealloc.netty.watch")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.github.acealloc.netty", "io.netty.buffer..");

    /** It meets Netty and ACE at run time only, by name: of each there may be several. */
    @ArchTest
    static final ArchRule THE_AGENT_STANDS_ALONE = classes()
            .that()
            .resideInAPackage("io.github.acealloc.agent..")
            .and()
            .resideOutsideOfPackage("io.github.acealloc.agent.tool..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("", "java..", "org.objectweb.asm..", "io.github.acealloc.agent..");

    /** The command line runs in a JVM of its own, and knows nobody of those who run in the other one. */
    @ArchTest
    static final ArchRule THE_COMMAND_LINE_ATTACHES = classes()
            .that()
            .resideInAPackage("io.github.acealloc.agent.tool..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("", "java..", "com.sun.tools.attach..", "io.github.acealloc.agent.tool..");

    /** What visits a JVM changes no class there, and knows nothing of what does. */
    @ArchTest
    static final ArchRule A_VISITOR_ONLY_READS = classes()
            .that()
            .resideInAPackage("io.github.acealloc.agent.visit..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("", "java..", "io.github.acealloc.agent.visit..");

    @ArchTest
    static final ArchRule NOBODY_KNOWS_THE_AGENT = noClasses()
            .that()
            .resideOutsideOfPackage("io.github.acealloc.agent..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.github.acealloc.agent..");

    @ArchTest
    static final ArchRule BUFFERS_ARE_NOT_PUBLIC =
            classes().that().areAssignableTo(ByteBuf.class).should().bePackagePrivate();

    @ArchTest
    static final ArchRule VAR_HANDLES_ARE_PRIVATE =
            fields().that().haveRawType(VarHandle.class).should().bePrivate();
}
