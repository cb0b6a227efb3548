/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/**
 * The end of every pipeline: hands what went wrong to the test.
 *
 * <p>A connection that broke is no failure here; a test that needs the connection misses its answer.
 */
@SuppressWarnings("FutureReturnValueIgnored") // there is nothing to do about a close that fails
final class LastHandler extends ChannelInboundHandlerAdapter {
    private final Consumer<Throwable> failures;

    LastHandler(Consumer<Throwable> failures) {
        this.failures = failures;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
        failures.accept(new AssertionError("nobody took " + message));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!isBrokenConnection(cause)) {
            failures.accept(cause);
        }
        ctx.close();
    }

    /** An aggregator has its own word for a connection that ended in the middle of a message. */
    private static boolean isBrokenConnection(Throwable cause) {
        return cause instanceof PrematureChannelClosureException
                || (cause instanceof IOException && !(cause instanceof SSLException));
    }
}
