/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench;

import java.util.List;
import java.util.Map;

/**
 * What one run of a cell gave.
 *
 * @param values the measured quantities
 * @param curve how one of them went, or null
 */
public record Measurement(Map<Metric, Double> values, Curve curve) {
    /** A run without a curve. */
    public static Measurement of(Map<Metric, Double> values) {
        return new Measurement(values, null);
    }

    /**
     * A line to be drawn.
     *
     * @param x name of the axis it goes along, with its unit
     * @param y name of the quantity, with its unit
     * @param points the line, from left to right
     */
    public record Curve(String x, String y, List<Point> points) {}

    /** A place on a curve. */
    public record Point(double x, double y) {}
}
