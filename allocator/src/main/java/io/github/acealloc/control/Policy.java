/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import java.util.Locale;

/** The ways to set a cap that are held against each other. */
public enum Policy {
    /** What arrival rate and lifetimes let expect, corrected by how bursty the class has been. */
    SWING,
    /** What the water marks of the last turns say, and nothing else. */
    MARKS,
    /** The defaults. */
    FIXED;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
