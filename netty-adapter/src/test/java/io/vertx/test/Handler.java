/* SPDX-License-Identifier: Apache-2.0 */
package io.vertx.test;

import io.netty.channel.ChannelInboundHandlerAdapter;

/** Named as Vert.x's are. */
public final class Handler extends ChannelInboundHandlerAdapter {}
