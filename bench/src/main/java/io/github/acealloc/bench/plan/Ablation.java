/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.plan;

import io.github.acealloc.bench.KnobSetting;
import java.util.List;

/**
 * ACE as it is, and with each part left out in turn; prefilling, which is off, is added.
 *
 * <p>Where caps or batches are what is changed, they are fixed: the loop would move them again. It goes on in the settings
 * that change anything else.
 */
public final class Ablation {
    /** What all others are held against. */
    public static final AceSetting ACE = learning("ace", "as it is", "");

    private static final List<AceSetting> SETTINGS = List.of(
            ACE,
            fixed("ACE off", "nothing is learned: the built-in caps", ""),
            fixed("all cached", "one route: caches of 256 blocks for every class", "cap:256"),
            fixed("only <= 1 KiB cached", "one route: no caches for blocks above 1 KiB", "cap>1024:0"),
            fixed("none cached", "one route: no caches at all", "cap:0"),
            learning("tiering off", "superslabs that are nearly empty go on serving", "tiering:off"),
            learning("eager free off", "empty slabs go back by time only", "eagerFree:off"),
            learning("prefill on", "up to three slabs are fetched at once, not one", "prefill:3"),
            learning("no warm slabs", "no empty slab is kept ready", "warm:0"),
            learning("idle trim off", "idle memory is kept", "purge:never"),
            fixed("refill one", "caches are filled and emptied block by block", "batch:1"));

    private Ablation() {}

    /** Returns all settings, ACE as it is first. */
    public static List<AceSetting> settings() {
        return SETTINGS;
    }

    private static AceSetting learning(String label, String about, String knobs) {
        return new AceSetting(label, about, AceMode.LEARN, KnobSetting.parse(knobs));
    }

    private static AceSetting fixed(String label, String about, String knobs) {
        return new AceSetting(label, about, AceMode.OFF, KnobSetting.parse(knobs));
    }
}
