/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import java.util.Locale;

/** How far the control loop goes. */
public enum Mode {
    /** It does not run; heaps keep to the default limits. */
    OFF,
    /** It watches and logs what it would do. */
    OBSERVE,
    /** It moves the limits. */
    LEARN,
    /** It has moved the limits, or was given them, and leaves them where they are. */
    FROZEN;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
