/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.AceConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page {@code docs/configuration.md} is what {@code AceConfig} says. */
class ConfigurationPageTest {

    /** Where Maven runs the tests from: the module's folder. */
    private static final Path PAGE = Path.of("..", "docs", "configuration.md");

    @Test
    void pageIsUpToDate() throws IOException {
        assertThat(PAGE)
                .as("write AceConfig.markdown() to docs/configuration.md")
                .content(StandardCharsets.UTF_8)
                .isEqualTo(AceConfig.markdown());
    }
}
