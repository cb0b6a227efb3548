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

    /**
     * Returns the page.
     *
     * @param template the file it is made of
     * @param model what its scripts find as {@code data}
     * @param scripts files, in the order they run
     */
    static String of(String template, Object model, String... scripts) throws IOException {
        StringBuilder all = new StringBuilder();
        for (String script : scripts) {
            all.append(resource(script));
        }
        return resource(template)
                .replace("/*STYLE*/", resource("report.css"))
                .replace("/*CHART*/", withoutSourceMap(resource(CHART_LIBRARY)))
                .replace("/*SCRIPTS*/", all)
                .replace("/*DATA*/", json(model));
    }

    /** The model as JSON that cannot end the script element it stands in. */
    private static String json(Object model) throws JsonProcessingException {
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
