/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

/** Says that a request cannot be served for lack of memory: what a {@link MemoryBudget} makes after reclaiming did not help. */
public final class ExhaustedError extends OutOfMemoryError {
    private static final long serialVersionUID = 1;

    ExhaustedError(String text) {
        super(text);
    }
}
