/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

/** The error that says that memory is exhausted. */
final class Exhaustion {
    private static final String[] TELLS = {"cannot allocate ", "committed: ", "limit: ", "live: "};

    private Exhaustion() {}

    /** That it is the allocator's, and says what was wanted and what there is. */
    static void check(OutOfMemoryError error) {
        for (String told : TELLS) {
            if (error.getMessage() == null || !error.getMessage().contains(told)) {
                throw new AssertionError("the error does not tell \"" + told + "\"", error);
            }
        }
    }

    /** Whether that is why something failed. */
    static boolean isCauseOf(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof OutOfMemoryError error) {
                check(error);
                return true;
            }
        }
        return false;
    }
}
