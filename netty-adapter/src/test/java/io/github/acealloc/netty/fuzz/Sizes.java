/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.fuzz;

import io.github.acealloc.slab.SizeClasses;

/** From where sizes come: mostly small ones, some at the edges of classes, some huge. */
final class Sizes {
    private static final int HUGE_IN = 20_000;
    private static final int HUGE_MORE = 512 << 10;
    private static final int EDGES = 12;

    private Sizes() {}

    static int any(Dice dice) {
        int kind = dice.below(HUGE_IN);
        if (kind == 0) {
            return SizeClasses.MAX_BLOCK + 1 + dice.below(HUGE_MORE);
        }
        if (kind < HUGE_IN / 500) {
            return dice.below(256 << 10);
        }
        if (kind < HUGE_IN / 50) {
            return dice.below(32 << 10);
        }
        if (kind < HUGE_IN / 10) {
            return dice.below(4 << 10);
        }
        if (kind < HUGE_IN / 4) {
            return (16 << dice.below(EDGES - 4)) + dice.below(3) - 1;
        }
        return kind < HUGE_IN / 2 ? dice.below(512) : dice.below(65);
    }

    /** Mostly something near a size, up and down, across the edges of classes. */
    static int near(Dice dice, int size) {
        return switch (dice.below(4)) {
            case 0 -> dice.below(size + 1);
            case 1 -> size + dice.below(Math.min(size, 64 << 10) + 2);
            case 2 -> size / 2;
            default -> any(dice);
        };
    }

    /** A capacity that is not exceeded; never 0, which would be Netty's own empty buffer. */
    static int max(Dice dice, int size) {
        return switch (dice.below(4)) {
            case 0 -> Math.max(size, 1);
            case 1 -> size + 1 + dice.below(1000);
            default -> Integer.MAX_VALUE;
        };
    }
}
