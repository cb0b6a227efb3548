/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.testing;

import io.github.acealloc.slab.Block;
import io.github.acealloc.slab.Slab;

/** A block that is nothing but a number, for what only passes blocks on. */
public record Token(int blockId) implements Block {
    @Override
    public Slab slab() {
        throw new AssertionError("a token lies in no slab");
    }
}
