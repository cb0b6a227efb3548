/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogExcerptTest {
    @Test
    void beginsWithTheFirstError() {
        List<String> lines = new ArrayList<>(Collections.nCopies(30, "harmless"));
        lines.set(7, "java.lang.OutOfMemoryError: too much");
        lines.set(9, "SomeException: what followed");

        assertThat(LogExcerpt.of(lines))
                .startsWith("java.lang.OutOfMemoryError: too much")
                .hasLineCount(12);
    }

    @Test
    void withoutAnErrorIsTheEnd() {
        List<String> lines = new ArrayList<>(Collections.nCopies(30, "harmless"));
        lines.add("last");

        assertThat(LogExcerpt.of(lines)).endsWith("last").hasLineCount(12);
        assertThat(LogExcerpt.of(List.of("one"))).isEqualTo("one");
        assertThat(LogExcerpt.of(Path.of("does-not-exist"))).isEmpty();
    }
}
