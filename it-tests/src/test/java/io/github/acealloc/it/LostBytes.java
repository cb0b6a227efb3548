/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

/** A part of a payload did not arrive, but what came after it did: nobody else's bytes, but not what was sent. */
public final class LostBytes extends AssertionError {
    private static final long serialVersionUID = 1;

    public LostBytes(String message) {
        super(message);
    }
}
