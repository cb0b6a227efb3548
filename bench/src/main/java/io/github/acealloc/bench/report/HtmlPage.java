/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The report as one page that needs no other file: style, script, chart library and figures are all inside. */
final class HtmlPage {
    private static final String CHART_LIBRARY = "/META-INF/resources/webjars/chart.js/4.5.1/dist/chart.umd.min.js";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private HtmlPage() {}

    static String of(ReportModel model) throws IOException {
        return resource("report.html")
                .replace("/*STYLE*/", resource("report.css"))
                .replace("/*CHART*/", withoutSourceMap(resource(CHART_LIBRARY)))
                .replace("/*FORMAT*/", resource("format.js"))
                .replace("/*TABLES*/", resource("tables.js"))
                .replace("/*CHARTS*/", resource("charts.js"))
                .replace("/*DATA*/", json(model));
    }

    /** The model as JSON that cannot end the script element it stands in. */
    private static String json(ReportModel model) throws JsonProcessingException {
        return MAPPER.writeValueAsString(model).replace("</", "<\\/").replace("<!--", "<\\u0021--");
    }

    /** Browsers' developer tools would look for the map as another file. */
    private static String withoutSourceMap(String script) {
        return script.replaceAll("//# sourceMappingURL=\\S+", "");
    }

    private static String resource(String name) throws IOException {
        try (InputStream in = HtmlPage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IOException("resource: " + name + " (expected: a file in this jar)");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
