/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.cli;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.acealloc.bench.report.Picture;
import io.github.acealloc.bench.report.ResultRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Draws the results of a comparison. */
@Command(
        name = PictureCommand.NAME,
        description = "Draws time and memory of each cell of a comparison, from the results.json that compare writes.",
        mixinStandardHelpOptions = true)
public final class PictureCommand implements Callable<Integer> {
    static final String NAME = "picture";

    @Parameters(index = "0", paramLabel = "RESULTS", description = "The results.json of a comparison.")
    Path results;

    @Parameters(index = "1", paramLabel = "PNG", description = "Where the picture goes.")
    Path picture;

    @Override
    public Integer call() throws Exception {
        System.setProperty("java.awt.headless", "true");
        List<ResultRecord> records = new ObjectMapper().readValue(results.toFile(), new TypeReference<>() {});
        ImageIO.write(Picture.of(records), "png", picture.toFile());
        return 0;
    }
}
