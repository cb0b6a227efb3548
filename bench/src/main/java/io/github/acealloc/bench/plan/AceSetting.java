/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.plan;

import io.github.acealloc.bench.AllocatorKind;
import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.KnobSetting;
import java.util.ArrayList;
import java.util.List;

/**
 * ACE with limits of its own.
 *
 * @param label the name used in tables and plots
 * @param about one line on what is different
 * @param mode whether it learns
 * @param knobs the limits it starts with
 */
public record AceSetting(String label, String about, AceMode mode, KnobSetting knobs) implements Contestant {
    @Override
    public AllocatorKind kind() {
        return AllocatorKind.ACE;
    }

    @Override
    public List<String> jvmArgs() {
        List<String> args = new ArrayList<>(mode.jvmArgs());
        if (!knobs.equals(KnobSetting.DEFAULTS)) {
            args.add("-D" + KnobSetting.PROPERTY + "=" + knobs);
        }
        return args;
    }
}
