/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.util.ReferenceCountUtil;

/** Writes messages that consist of parts: what comes after a part that could not be written is not sent. */
final class Parts {
    private Parts() {}

    /** Takes over the part; a failure comes through {@code exceptionCaught}, which closes. */
    static void write(ChannelHandlerContext ctx, Object part) {
        if (ctx.channel().isActive()) {
            ctx.write(part).addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
        } else {
            ReferenceCountUtil.release(part);
        }
    }
}
