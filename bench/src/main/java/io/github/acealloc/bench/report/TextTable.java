/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import java.util.List;

/** Columns of text, as wide as their longest cell: the first one to the left, numbers to the right. */
final class TextTable {
    private TextTable() {}

    /** Returns one line for each row; {@code leftLast} says that the last column is words. */
    static String of(List<List<String>> rows, boolean leftLast) {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                String pad = " ".repeat(widths[i] - row.get(i).length());
                boolean left = i == 0 || (leftLast && i == columns - 1);
                line.append(left ? row.get(i) + pad : pad + row.get(i)).append("  ");
            }
            text.append("  ").append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
