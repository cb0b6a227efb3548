/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import java.util.ArrayList;
import java.util.List;

/** The scenarios of one kind. */
final class Table {
    private final List<Row> rows = new ArrayList<>();

    Row row(String name, Program program) {
        Row row = new Row(name, program);
        rows.add(row);
        return row;
    }

    List<Row> rows() {
        rows.forEach(Row::check);
        if (rows.stream().map(Row::name).distinct().count() < rows.size()) {
            throw new IllegalStateException("two rows of one name");
        }
        return rows;
    }
}
