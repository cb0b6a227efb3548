/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.testing;

/** Throws any exception as if it were unchecked. */
public final class Sneaky {
    private Sneaky() {}

    /** Throws {@code e}; to be written after {@code throw} for the compiler. */
    public static RuntimeException rethrow(Throwable e) {
        return Sneaky.<RuntimeException>cast(e);
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> RuntimeException cast(Throwable e) throws E {
        throw (E) e;
    }
}
