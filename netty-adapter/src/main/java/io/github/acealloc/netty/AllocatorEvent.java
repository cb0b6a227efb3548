/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.netty.buffer.AbstractByteBufAllocator;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;

/**
 * What Netty 4.2's own events of buffers and chunks have in common. Ours have the same names and fields, and are off by default as well.
 *
 * <p>Netty's classes are not for others, and Netty 4.1 has none. The flight recorder allows several classes of one name: what switches
 * one on switches on all, and {@code jfr print} prints all.
 */
@Enabled(false)
@Category("Netty")
abstract class AllocatorEvent extends Event {
    @Label("Allocator type")
    @Description("The type of allocator this event is for")
    Class<? extends AbstractByteBufAllocator> allocatorType;
}
