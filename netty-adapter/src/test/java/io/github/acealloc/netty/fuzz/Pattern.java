/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.fuzz;

/** What each byte of a buffer must be: a function of the buffer's seed and the position, so that no copy is kept. */
final class Pattern {
    private static final long SALT = 0x9E37_79B9_7F4A_7C15L;

    private Pattern() {}

    /** The eight bytes from a position on, the first one highest. */
    static long at(long seed, long position) {
        long n = position >>> 3;
        int shift = (int) (position & 7) << 3;
        long first = word(seed, n);
        return shift == 0 ? first : (first << shift) | (word(seed, n + 1) >>> (Long.SIZE - shift));
    }

    static byte byteAt(long seed, long position) {
        return (byte) (at(seed, position) >>> (Long.SIZE - Byte.SIZE));
    }

    private static long word(long seed, long n) {
        long word = (seed + n) * SALT;
        return word ^ (word >>> 29);
    }
}
