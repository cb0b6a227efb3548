/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.github.acealloc.bench.Measurement.Curve;
import io.github.acealloc.bench.Measurement.Point;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A quantity along an axis that only goes forward, such as resident memory over time. Between two samples it is taken
 * to go in a straight line.
 */
final class Series {
    private static final int MAX_POINTS_OF_A_CURVE = 400;

    private double[] xs = new double[64];
    private double[] ys = new double[64];
    private int size;

    void add(double x, double y) {
        if (size > 0 && x < xs[size - 1]) {
            throw new IllegalArgumentException("x: " + x + " (expected: >= " + xs[size - 1] + ")");
        }
        if (size == xs.length) {
            xs = Arrays.copyOf(xs, 2 * size);
            ys = Arrays.copyOf(ys, 2 * size);
        }
        xs[size] = x;
        ys[size] = y;
        size++;
    }

    /** Returns the last sample at or before a place. */
    double at(double x) {
        return ys[firstAfter(x) - 1];
    }

    /** Returns the largest sample of a window, its ends included. */
    double max(double from, double to) {
        return Arrays.stream(ys, firstIn(from, to), firstAfter(to)).max().orElseThrow();
    }

    /** Returns the mean over a window from its first to its last sample, each stretch counting by its length. */
    double mean(double from, double to) {
        int first = firstIn(from, to);
        int last = firstAfter(to) - 1;
        double area = 0;
        for (int i = first; i < last; i++) {
            area += (xs[i + 1] - xs[i]) * (ys[i] + ys[i + 1]) / 2;
        }
        double length = xs[last] - xs[first];
        return length > 0 ? area / length : ys[first];
    }

    /** Returns the median of the samples of a window, its ends included; each counts the same. */
    double median(double from, double to) {
        double[] sorted = Arrays.copyOfRange(ys, firstIn(from, to), firstAfter(to));
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    /** Returns the place of the last sample. */
    double end() {
        return xs[size - 1];
    }

    /**
     * Returns by how much the quantity rises over a window: twice the difference between the means of its two halves.
     *
     * <p>For a straight line that is the difference between the ends. What goes up and down again within each half
     * counts nothing, so a window of two whole turns of a periodic load shows only what the turns leave behind.
     */
    double rise(double from, double to) {
        double middle = (from + to) / 2;
        return 2 * (mean(middle, to) - mean(from, middle));
    }

    /** Returns the same series shifted by a constant. */
    Series above(double level) {
        Series shifted = new Series();
        for (int i = 0; i < size; i++) {
            shifted.add(xs[i], ys[i] - level);
        }
        return shifted;
    }

    /**
     * Returns the series as a line to be drawn, thinned if it has very many samples.
     *
     * @param xScale what the places are multiplied with
     */
    Curve curve(String x, double xScale, String y) {
        List<Point> points = new ArrayList<>();
        int step = (size + MAX_POINTS_OF_A_CURVE - 1) / MAX_POINTS_OF_A_CURVE;
        for (int i = 0; i < size; i++) {
            // Counted from the end: the last sample is what many figures are about.
            if ((size - 1 - i) % step == 0 && !Double.isNaN(ys[i])) {
                points.add(new Point(rounded(xs[i] * xScale), rounded(ys[i])));
            }
        }
        return new Curve(x, y, points);
    }

    /** Three decimals are more than a plot shows. */
    private static double rounded(double value) {
        return Math.rint(value * 1000) / 1000;
    }

    private int firstIn(double from, double to) {
        int first = 0;
        while (first < size && xs[first] < from) {
            first++;
        }
        if (first == size || xs[first] > to) {
            throw new IllegalArgumentException("window: " + from + " to " + to + " (expected: one with samples)");
        }
        return first;
    }

    private int firstAfter(double x) {
        int end = size;
        while (end > 0 && xs[end - 1] > x) {
            end--;
        }
        if (end == 0) {
            throw new IllegalArgumentException("x: " + x + " (expected: not before the first sample)");
        }
        return end;
    }
}
