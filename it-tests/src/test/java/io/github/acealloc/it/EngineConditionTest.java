/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.io.TempDir;

/** Container tests cannot be missing without somebody being told. */
final class EngineConditionTest {
    private static final Path NONE_SKIPPED = Path.of("src/test/containers/none-skipped.sh");

    @Test
    void autoSkipsWithTheReason() {
        ConditionEvaluationResult result = EngineCondition.evaluate("auto", () -> Optional.of("none answers"));
        assertThat(result.isDisabled()).isTrue();
        assertThat(result.getReason()).contains("none answers");
    }

    @Test
    void requiredFailsWithTheReason() {
        assertThatThrownBy(() -> EngineCondition.evaluate("required", () -> Optional.of("none answers")))
                .hasMessage("it.engine=required, but none answers");
    }

    @Test
    void bothRunWhereAnEngineAnswers() {
        assertThat(EngineCondition.evaluate("auto", Optional::empty).isDisabled())
                .isFalse();
        assertThat(EngineCondition.evaluate("required", Optional::empty).isDisabled())
                .isFalse();
    }

    @Test
    void anotherModeIsAnError() {
        assertThatThrownBy(() -> EngineCondition.evaluate("on", Optional::empty))
                .hasMessage("it.engine: on (expected: auto or required)");
    }

    @Test
    void reportsWithASkippedContainerTestAreSeen(@TempDir Path reports) throws Exception {
        report(reports, "AContainerTest", 3, 0);
        report(reports, "OtherTest", 5, 5);
        assertThat(noneSkipped(reports)).isZero();
        report(reports, "BContainerTest", 2, 1);
        assertThat(noneSkipped(reports)).isEqualTo(1);
    }

    @Test
    void reportsWithoutContainerTestsAreSeen(@TempDir Path reports) throws Exception {
        assertThat(noneSkipped(reports)).isEqualTo(1);
        report(reports, "OtherTest", 5, 0);
        assertThat(noneSkipped(reports)).isEqualTo(1);
    }

    private static void report(Path reports, String name, int tests, int skipped) throws IOException {
        String text = """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" name="it.%s" time="1.0"
                  tests="%d" errors="0" skipped="%d" failures="0">
                  <properties/>
                </testsuite>
                """.formatted(name, tests, skipped);
        Files.writeString(reports.resolve("TEST-it." + name + "-java17.xml"), text);
    }

    private static int noneSkipped(Path reports) throws Exception {
        return new ProcessBuilder("bash", NONE_SKIPPED.toString(), reports.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
