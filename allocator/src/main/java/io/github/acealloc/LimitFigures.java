/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc;

/**
 * One limit and what counts against it.
 *
 * @param kind {@code direct}, {@code heap}, or {@code direct and heap} where one limit is for both
 * @param committedBytes memory got from the system
 * @param limitBytes what that never exceeds
 */
public record LimitFigures(String kind, long committedBytes, long limitBytes) {

    /** One limit for two kinds. */
    LimitFigures sharedWith(LimitFigures other) {
        return new LimitFigures(kind + " and " + other.kind, committedBytes + other.committedBytes, limitBytes);
    }
}
