/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.fuzz;

import java.nio.ByteBuffer;

/** What a thread works with: its dice, space for copies, and the count of what it has done. */
final class Hand {
    /** The most that is copied at once. */
    static final int BYTES = 2048;

    final Dice dice = new Dice();
    final byte[] bytes = new byte[BYTES];
    final ByteBuffer direct = ByteBuffer.allocateDirect(BYTES);

    /** Calls of the API; a fill or a check of a whole buffer counts as one, whatever its length. */
    long operations;
}
