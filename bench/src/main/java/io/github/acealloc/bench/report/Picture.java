/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Map;

/**
 * The results of a comparison as one picture: a row for each cell, its time on the left, its memory on the right. Each group of bars has
 * a scale of its own, so that the longest fills its place; shorter is better.
 */
public final class Picture {
    private static final int SHARPNESS = 2;
    private static final int WIDTH = 880;
    private static final int MARGIN = 16;
    private static final int LABELS = 150;
    private static final int NUMBERS = 116;
    private static final int PANEL = (WIDTH - 2 * MARGIN - LABELS) / 2;
    private static final int HEAD = 70;
    private static final int FOOT = 44;
    private static final int BAR = 13;
    private static final int GAP = 16;

    private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    private static final Font SMALL = TEXT.deriveFont(11f);
    private static final Font BOLD = TEXT.deriveFont(Font.BOLD, 14f);
    private static final Color INK = new Color(0x21252b);
    private static final Color FAINT = new Color(0x5c6570);
    private static final List<Color> COLOURS =
            List.of(new Color(0x3b5bdb), new Color(0xadb5bd), new Color(0xf0a35e), new Color(0x74b58a));

    private final List<ResultRecord> records;
    private final List<String> allocators;
    private final Graphics2D pen;

    private Picture(List<ResultRecord> records, List<String> allocators, Graphics2D pen) {
        this.records = records;
        this.allocators = allocators;
        this.pen = pen;
    }

    /**
     * Returns the picture.
     *
     * @param records what a comparison wrote as its results
     */
    public static BufferedImage of(List<ResultRecord> records) {
        List<Bars> times = Bars.times(records);
        List<Bars> memories = Bars.memories(records);
        if (records.isEmpty()) {
            throw new IllegalArgumentException("records: 0 (expected: >= 1)");
        }
        List<String> allocators =
                records.stream().map(ResultRecord::allocator).distinct().toList();
        int group = allocators.size() * BAR + GAP;
        int height = HEAD + times.size() * group + FOOT;
        BufferedImage image = new BufferedImage(WIDTH * SHARPNESS, height * SHARPNESS, BufferedImage.TYPE_INT_RGB);
        Graphics2D pen = image.createGraphics();
        pen.scale(SHARPNESS, SHARPNESS);
        pen.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        pen.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        pen.setColor(Color.WHITE);
        pen.fillRect(0, 0, WIDTH, height);
        Picture picture = new Picture(records, allocators, pen);
        picture.head();
        for (int i = 0; i < times.size(); i++) {
            int y = HEAD + i * group;
            picture.write(times.get(i).title(), TEXT, INK, MARGIN, y + (group - GAP) / 2 + 4);
            picture.bars(times.get(i), MARGIN + LABELS, y);
            picture.bars(memories.get(i), MARGIN + LABELS + PANEL, y);
        }
        picture.foot(height);
        pen.dispose();
        return image;
    }

    private void head() {
        int x = MARGIN;
        for (String allocator : allocators) {
            pen.setColor(colour(allocator));
            pen.fill(new Rectangle2D.Double(x, 14, 12, 12));
            write(allocator, TEXT, INK, x + 17, 24);
            x += 17 + pen.getFontMetrics(TEXT).stringWidth(allocator) + 20;
        }
        write("shorter is better; each group has its own scale", SMALL, FAINT, x, 24);
        write("Time", BOLD, INK, MARGIN + LABELS, 54);
        write("Memory", BOLD, INK, MARGIN + LABELS + PANEL, 54);
    }

    private void bars(Bars group, int left, int top) {
        double scale = (PANEL - NUMBERS) / Math.max(group.longest(), Double.MIN_NORMAL);
        int y = top;
        for (Map.Entry<String, Bars.Bar> entry : group.bars().entrySet()) {
            Bars.Bar bar = entry.getValue();
            pen.setColor(colour(entry.getKey()));
            pen.fill(new Rectangle2D.Double(left, y, Math.max(1, bar.value() * scale), BAR - 2));
            if (bar.low() < bar.high()) {
                double middle = y + (BAR - 2) / 2.0;
                pen.setColor(INK);
                pen.draw(new Line2D.Double(left + bar.low() * scale, middle, left + bar.high() * scale, middle));
            }
            int end = (int) Math.ceil(left + Math.max(bar.high(), bar.value()) * scale);
            write(TerminalTable.number(bar.value()) + " " + group.unit(), SMALL, INK, end + 5, y + BAR - 2);
            y += BAR;
        }
    }

    private void foot(int height) {
        int least = records.stream().mapToInt(ResultRecord::rounds).min().orElseThrow();
        int most = records.stream().mapToInt(ResultRecord::rounds).max().orElseThrow();
        String rounds = least == most ? "" + most : least + " to " + most;
        write(
                "Medians of " + rounds + " interleaved rounds, each run in its own JVM; thin lines: intervals.",
                SMALL,
                FAINT,
                MARGIN,
                height - 28);
        ResultRecord any = records.get(0);
        write("Java " + any.java() + ", " + any.cpu(), SMALL, FAINT, MARGIN, height - 11);
    }

    private Color colour(String allocator) {
        return COLOURS.get(allocators.indexOf(allocator) % COLOURS.size());
    }

    private void write(String text, Font font, Color colour, int x, int y) {
        pen.setFont(font);
        pen.setColor(colour);
        pen.drawString(text, x, y);
    }
}
