/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.acealloc.bench.report.Picture;
import io.github.acealloc.bench.report.ResultRecord;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** What the pages say holds together: links lead somewhere, and figures are those that were measured. */
class DocumentsTest {
    /** Where Maven runs the tests from is the module's folder. */
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final Path README = ROOT.resolve("README.md");
    private static final Path DOCS = ROOT.resolve("docs");

    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");
    private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^```.*?^```$");
    /** An indented line of a page. */
    private static final Pattern LOG_LINE = Pattern.compile("(?m)^ {4}(\\S.*)$");

    /** What stands between the values in such a line, as the code has it in one piece. */
    private static final Pattern SEAM = Pattern.compile("…|: | \\(|; raise");

    private static final Pattern JOINED_LITERALS = Pattern.compile("\"\\s*\\+\\s*\"");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9][0-9,.]*");

    @Test
    void linksLeadSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        int links = 0;
        for (Path page : pages()) {
            for (String target : found(LINK, Files.readString(page), 1)) {
                if (!target.startsWith("http")) {
                    links++;
                    if (!exists(page, target)) {
                        broken.add(ROOT.relativize(page) + ": " + target);
                    }
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(links).isGreaterThan(30);
        assertThat(exists(README, "docs/decisions.md#0-no-such")).isFalse();
        assertThat(exists(README, "docs/nothing.md")).isFalse();
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.list(DOCS)) {
            return Stream.concat(
                            Stream.of(
                                    README,
                                    ROOT.resolve("SECURITY.md"),
                                    ROOT.resolve("CONTRIBUTING.md"),
                                    ROOT.resolve("CHANGELOG.md"),
                                    ROOT.resolve("it-tests/src/test/containers/README.md")),
                            docs.filter(page -> page.toString().endsWith(".md")))
                    .toList();
        }
    }

    private static boolean exists(Path page, String target) throws IOException {
        String[] parts = target.split("#", 2);
        Path file = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
        return Files.exists(file) && (parts.length == 1 || anchors(file).contains(parts[1]));
    }

    /** As GitHub makes them from headings. */
    private static List<String> anchors(Path page) throws IOException {
        String text = CODE_BLOCK.matcher(Files.readString(page)).replaceAll("");
        return found(HEADING, text, 1).stream()
                .map(heading -> heading.toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .toList();
    }

    @Test
    void linesInTroublesAreThoseOfTheCode() throws IOException {
        String code = code("allocator") + code("netty-adapter");
        List<String> pieces = found(LOG_LINE, Files.readString(DOCS.resolve("troubles.md")), 1).stream()
                .flatMap(SEAM::splitAsStream)
                .map(String::strip)
                .filter(piece -> !piece.isEmpty())
                .toList();

        assertThat(pieces)
                .hasSizeGreaterThan(40)
                .allSatisfy(piece -> assertThat(code)
                        .as("all code of allocator and netty-adapter")
                        .withFailMessage("not said by the code: \"%s\"", piece)
                        .contains(piece));
    }

    /** With the strings that are broken over two lines put together. */
    private static String code(String module) throws IOException {
        try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main"))) {
            StringBuilder code = new StringBuilder();
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                code.append(Files.readString(file));
            }
            return JOINED_LITERALS.matcher(code).replaceAll("");
        }
    }

    @Test
    void theReadmesFiguresAreThoseOfTheWholeTable() throws IOException {
        List<List<String>> table = Files.readString(DOCS.resolve("measurements.md"))
                .lines()
                .filter(line -> line.startsWith("|"))
                .map(DocumentsTest::medians)
                .toList();
        List<List<String>> rows = rowsBelow("| workload | ACE | Pooled | Adaptive |");

        assertThat(rows).hasSize(5).allSatisfy(row -> assertThat(row).hasSize(3));
        assertThat(table).containsAll(rows);
    }

    private static List<List<String>> rowsBelow(String head) throws IOException {
        return Files.readString(README)
                .lines()
                .dropWhile(line -> !line.equals(head))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .map(DocumentsTest::medians)
                .toList();
    }

    /** The first number of the second, third and fourth cell. */
    private static List<String> medians(String row) {
        return Arrays.stream(row.split("\\|"))
                .skip(2)
                .limit(3)
                .flatMap(cell -> found(NUMBER, cell, 0).stream().limit(1))
                .toList();
    }

    /** Letters differ with the machine's fonts, the bars do not. */
    @Test
    void thePictureIsOfItsResults() throws IOException {
        List<ResultRecord> records =
                new ObjectMapper().readValue(DOCS.resolve("measurements.json").toFile(), new TypeReference<>() {});

        BufferedImage drawn = Picture.of(records);
        BufferedImage picture = ImageIO.read(DOCS.resolve("measurements.png").toFile());

        assertThat(List.of(picture.getWidth(), picture.getHeight()))
                .isEqualTo(List.of(drawn.getWidth(), drawn.getHeight()));
        for (int colour : List.of(0x3b5bdb, 0xadb5bd, 0xf0a35e)) {
            assertThat(pixels(picture).get(colour))
                    .as("pixels of the colour %06x", colour)
                    .isPositive()
                    .isEqualTo(pixels(drawn).get(colour));
        }
    }

    private static Map<Integer, Long> pixels(BufferedImage picture) {
        int width = picture.getWidth();
        return Arrays.stream(picture.getRGB(0, 0, width, picture.getHeight(), null, 0, width))
                .mapToObj(pixel -> pixel & 0xffffff)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }

    private static List<String> found(Pattern pattern, String text, int group) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult result) -> result.group(group))
                .toList();
    }
}
