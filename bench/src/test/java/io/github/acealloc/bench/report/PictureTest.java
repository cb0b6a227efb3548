/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.acealloc.bench.Main;
import io.github.acealloc.bench.report.Bars.Bar;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureTest {
    private static final Machine MACHINE = new Machine("25 (Somebody)", "A processor, 2 cores");
    private static final List<ResultRecord> RECORDS = Records.of(Samples.results(), MACHINE);

    @Test
    void eachCellHasItsTimeAndItsMemory() {
        List<Bars> times = Bars.times(RECORDS);
        List<Bars> memories = Bars.memories(RECORDS);

        assertThat(times).extracting(Bars::title).containsExactly("one buffer, in and out", "HTTP server");
        assertThat(times.get(0).bars()).containsOnlyKeys("ACE", "Pooled", "Adaptive");
        assertThat(times.get(0).bars().get("Pooled").value()).isEqualTo(40);
        assertThat(memories.get(0).bars().get("Pooled").value()).isEqualTo(80);
        assertThat(memories.get(1).bars()).as("not measured").isEmpty();
    }

    @Test
    void throughputIsShownAsTheTimeOfARequest() {
        Bars server = Bars.times(RECORDS).get(1);
        Bar ace = server.bars().get("ACE");

        assertThat(server.unit()).isEqualTo("µs/request");
        assertThat(ace.value()).isCloseTo(20, within(1e-9));
        assertThat(ace.low()).isLessThan(ace.value());
        assertThat(ace.high()).isGreaterThan(ace.value());
        assertThat(server.bars()).as("every run failed").doesNotContainKey("Pooled");
    }

    @Test
    void barsAreAsLongAsTheirValues() {
        BufferedImage picture = Picture.of(
                RECORDS.stream().filter(r -> r.metric().equals("time")).toList());

        double ace = pixels(picture, 0x3b5bdb);
        double pooled = pixels(picture, 0xadb5bd);
        double key = 24 * 24;
        assertThat((pooled - key) / (ace - key)).as("40 ns beside 8").isCloseTo(5, within(0.5));
    }

    private static long pixels(BufferedImage picture, int colour) {
        int[] all = picture.getRGB(0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth());
        return Arrays.stream(all).filter(p -> (p & 0xffffff) == colour).count();
    }

    @Test
    void commandDrawsWhatTheReportWrote(@TempDir Path directory) throws Exception {
        new Report(MACHINE, true).write(Samples.results(), directory);
        Path png = directory.resolve("picture.png");

        int exit = Main.commandLine()
                .execute("picture", directory.resolve(Report.JSON).toString(), png.toString());

        assertThat(exit).isZero();
        assertThat(ImageIO.read(png.toFile()).getWidth()).isEqualTo(1760);
    }

    @Test
    void nothingCannotBeDrawn() {
        assertThatThrownBy(() -> Picture.of(List.of())).hasMessage("records: 0 (expected: >= 1)");
    }
}
