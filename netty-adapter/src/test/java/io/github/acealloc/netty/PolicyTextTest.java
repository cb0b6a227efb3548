/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.control.LearnedPolicy;
import io.github.acealloc.control.LearnedPolicy.Limits;
import io.github.acealloc.netty.PolicyFile.Policies;
import io.github.acealloc.slab.SizeClasses;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A policy's text is for people, too: the same each time, in order, and it may come back from an editor. */
class PolicyTextTest {
    private static final Policies SOME = new Policies(
            new LearnedPolicy(Map.of(1024, new Limits(96, 16), 16, new Limits(0, 1), 128, new Limits(7, 2))),
            new LearnedPolicy(Map.of(SizeClasses.MAX_BLOCK, new Limits(1, 1))));

    private static String lines(String separator) {
        return String.join(
                separator,
                "classes = " + SizeClasses.COUNT,
                "direct.16 = cap 0, batch 1",
                "direct.128 = cap 7, batch 2",
                "direct.1024 = cap 96, batch 16",
                "heap." + SizeClasses.MAX_BLOCK + " = cap 1, batch 1",
                "format = ace-alloc-policy-1",
                "");
    }

    @Test
    void isACommentAndALineForEachClassInOrder() {
        String text = PolicyText.write(SOME);
        assertThat(text).startsWith("# What ACE-Alloc learned").endsWith("\n" + lines("\n"));
        assertThat(text.lines().filter(line -> line.startsWith("#"))).hasSize(1);
    }

    @Test
    void anyProgramReadsItAsProperties() throws IOException {
        Properties properties = new Properties();
        properties.load(new StringReader(PolicyText.write(SOME)));
        assertThat(properties)
                .hasSize(6)
                .containsEntry("direct.1024", "cap 96, batch 16")
                .containsEntry("format", "ace-alloc-policy-1");
    }

    @Test
    void thePagesExampleIsOne() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "ace-loop.md"));
        Matcher example = Pattern.compile("(?s)```properties\\R(.*?)```").matcher(page);
        assertThat(example.find()).isTrue();
        Policies policies = PolicyText.read(example.group(1));
        assertThat(policies.direct().limits()).containsKey(1024);
        assertThat(PolicyText.write(policies)).isEqualToNormalizingNewlines(example.group(1));
    }

    @Test
    void endsOfLinesAreThoseOfAnySystem() throws IOException {
        for (String end : new String[] {"\n", "\r\n", "\r"}) {
            assertThat(PolicyText.read(lines(end))).isEqualTo(SOME);
        }
    }

    @Test
    void whatAnEditorMadeOfItIsTheSame() throws IOException {
        String edited = "\uFEFF! my own remark: gr\u00fc\u00dfe\r\n\r\n"
                + lines("  \r\n\t# format = none\r\n \t")
                        .replace("direct.16 = cap 0, batch 1", "direct.16:cap\t0 ,batch   1")
                        .replace("direct.128 = cap 7, batch 2", "direct.128 cap 7,batch 2")
                        .replace("direct.1024 = cap", "direct.1024=\\\r\n    cap")
                + "\r\n# and that is all";
        assertThat(PolicyText.read(edited)).isEqualTo(SOME);
    }

    @Test
    void theOrderOfClassesDoesNotMatter() throws IOException {
        String head = "classes = " + SizeClasses.COUNT + "\n";
        String tail = "format = ace-alloc-policy-1";
        Policies sorted = PolicyText.read(head + "direct.16 = cap 3, batch 1\nheap.32 = cap 4, batch 2\n" + tail);
        assertThat(PolicyText.read("heap.32 = cap 4, batch 2\ndirect.16 = cap 3, batch 1\n" + head + tail))
                .isEqualTo(sorted);
    }

    @Test
    void anEditedValueCounts() throws IOException {
        String edited = PolicyText.write(SOME).replace("cap 96", "cap 200").replace("direct.16 =", "#direct.16 =");
        assertThat(PolicyText.read(edited).direct().limits())
                .isEqualTo(Map.of(1024, new Limits(200, 16), 128, new Limits(7, 2)));
    }

    @Test
    void whatIsFoundBreaksNoLineOfTheLog() {
        String evil = "classes = 80\\n\\u001b[2J\\u2028WARNING all is well" + "x".repeat(1000);
        assertThatThrownBy(() -> PolicyText.read(evil + "\nformat = ace-alloc-policy-1\n"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("classes = 80??[2J?WARNING all is wellxxx")
                .hasMessageContaining("xxx... (expected: ")
                .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(250));
    }
}
