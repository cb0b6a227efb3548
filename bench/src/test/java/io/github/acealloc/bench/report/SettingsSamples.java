/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.report;

import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.plan.AceSetting;
import io.github.acealloc.bench.plan.Cell;
import io.github.acealloc.bench.plan.Sweep;
import io.github.acealloc.bench.plan.Workload;
import io.github.acealloc.bench.run.Results;
import java.util.List;
import java.util.Map;

/** Made-up results of settings: of each cell three rounds, a per cent around given medians. */
final class SettingsSamples {
    static final Cell CELL = Sweep.cells(List.of(Workload.GROWTH), true).get(0);
    private static final double[] NOISE = {0.99, 1, 1.01};

    private final List<AceSetting> settings;
    private final Results results;

    SettingsSamples(List<AceSetting> settings) {
        this.settings = settings;
        results = new Results(List.of(CELL), settings);
    }

    static AceSetting fixed(String label) {
        return setting(Sweep.settings(false), label);
    }

    static AceSetting setting(List<AceSetting> settings, String label) {
        return settings.stream()
                .filter(setting -> setting.label().equals(label))
                .findFirst()
                .orElseThrow();
    }

    /** Three rounds of a setting, in each of which the machine does to all settings the same. */
    SettingsSamples with(String label, double time, double memory) {
        return with(label, time, memory, false);
    }

    /** Three rounds of a setting that do not go with those of the others. */
    SettingsSamples swaying(String label, double time, double memory) {
        return with(label, time, memory, true);
    }

    private SettingsSamples with(String label, double time, double memory, boolean swaying) {
        for (int r = 0; r < NOISE.length; r++) {
            double noise = swaying ? NOISE[NOISE.length - 1 - r] : NOISE[r];
            Map<Metric, Double> values = Map.of(Metric.TIME, time * noise, Metric.HELD, memory * noise);
            results.add(CELL, setting(settings, label), r + 1, Measurement.of(values));
        }
        return this;
    }

    SettingsSamples failed(String label, int round, String message) {
        results.addFailure(CELL, setting(settings, label), round, message);
        return this;
    }

    Results results() {
        return results;
    }

    Tradeoff tradeoff() {
        return Tradeoff.all(results).get(0);
    }
}
