/* SPDX-License-Identifier: Apache-2.0 */
/**
 * ACE-Alloc as Netty sees it: a {@code ByteBufAllocator} and its buffers over the engine. Uses only what Netty 4.1 and
 * 4.2 both offer. What tools see of it is in {@code watch}, for Micrometer in {@code micrometer}.
 */
package io.github.acealloc.netty;
