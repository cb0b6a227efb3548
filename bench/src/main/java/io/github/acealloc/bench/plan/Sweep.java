/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.plan;

import io.github.acealloc.bench.KnobSetting;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The settings of a sweep: ACE as it learns, ACE with its built-in limits, and fixed caps with fixed batches for every
 * class. A batch above the cap is left out: it would be cut to the cap.
 */
public final class Sweep {
    /** ACE with its default limits, which it moves by itself. */
    public static final AceSetting LEARN =
            new AceSetting("learn", "default limits, moved by the loop", AceMode.LEARN, KnobSetting.DEFAULTS);

    /** ACE with its default limits for good. */
    public static final AceSetting OFF =
            new AceSetting("off", "default limits for each class, fixed", AceMode.OFF, KnobSetting.DEFAULTS);

    private static final int[] CAPS = {0, 16, 64, 256, 1024};
    private static final int[] BATCHES = {1, 8, 32};
    private static final int[] QUICK_CAPS = {0, 64, 1024};
    private static final int[] QUICK_BATCHES = {1, 32};

    /** By name, so that a workload joins when there is one of that name. */
    private static final List<String> WORKLOADS = List.of(
            "pattern", "producer-consumer", "phase-change", "bursty", "proxy", "long-lived", "footprint", "growth");

    private static final List<String> QUICK_WORKLOADS = List.of("pattern", "producer-consumer", "bursty", "growth");
    private static final List<Integer> LIVE = List.of(128, 1024, 8192);
    private static final List<Integer> QUICK_LIVE = List.of(128, 8192);

    private Sweep() {}

    /** Returns all settings: the two that are judged, then the fixed ones. */
    public static List<AceSetting> settings(boolean quick) {
        List<AceSetting> settings = new ArrayList<>(List.of(LEARN, OFF));
        for (int cap : quick ? QUICK_CAPS : CAPS) {
            for (int batch : quick ? QUICK_BATCHES : BATCHES) {
                if (batch <= Math.max(cap, 1)) {
                    settings.add(fixed(cap, batch));
                }
            }
        }
        return settings;
    }

    private static AceSetting fixed(int cap, int batch) {
        return new AceSetting(
                cap + "/" + batch,
                "cap " + cap + ", batch " + batch + " for every class, fixed",
                AceMode.OFF,
                KnobSetting.parse("cap:" + cap + ",batch:" + batch));
    }

    /** Whether a setting is one of the fixed ones that the others are held against. */
    public static boolean isFixed(Object setting) {
        return !setting.equals(LEARN) && !setting.equals(OFF);
    }

    /** Returns the workloads that run unless others are asked for. */
    public static List<Workload> workloads(boolean quick) {
        List<String> names = quick ? QUICK_WORKLOADS : WORKLOADS;
        return names.stream()
                .flatMap(name -> Arrays.stream(Workload.values())
                        .filter(workload -> workload.toString().equals(name)))
                .toList();
    }

    /** Returns each workload once, the pattern for several numbers of live buffers, with direct buffers. */
    public static List<Cell> cells(List<Workload> workloads, boolean quick) {
        return Plan.full(new Selection(
                workloads,
                List.of("websocket"),
                quick ? QUICK_LIVE : LIVE,
                List.of("direct"),
                List.of(Leak.DISABLED),
                1,
                false));
    }
}
