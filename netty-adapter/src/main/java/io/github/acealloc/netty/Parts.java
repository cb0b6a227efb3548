/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;

/**
 * Whether a buffer that lies in several parts shares memory with another.
 *
 * <p>Parts are copied one after the other. If some are views of the other buffer, the first ones overwrite what the next
 * ones are to give, so the bytes have to go over a third place.
 */
final class Parts {
    private Parts() {}

    /** Whether a copy between a buffer and another, which may be in parts, has to go over a third place. */
    static boolean share(ByteBuf inParts, ByteBuf buf) {
        if (inParts.isContiguous()) {
            return false;
        }
        ByteBuf root = root(inParts);
        if (!(root instanceof CompositeByteBuf composite)) {
            return root.nioBufferCount() > 1; // it does not tell its parts
        }
        for (int i = 0; i < composite.numComponents(); i++) {
            ByteBuf part = root(composite.internalComponent(i));
            if (isSame(part, buf) || (part instanceof CompositeByteBuf && share(part, buf))) {
                return true;
            }
        }
        return false;
    }

    /** What a buffer is a view of. */
    private static ByteBuf root(ByteBuf view) {
        ByteBuf root = view;
        for (ByteBuf inner = view; inner != null; inner = inner.unwrap()) {
            root = inner;
        }
        return root;
    }

    @SuppressWarnings("ReferenceEquality") // identity is the question
    private static boolean isSame(ByteBuf one, ByteBuf other) {
        return one == other;
    }
}
