/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.netty.util.internal.SystemPropertyUtil;

/** Whether this Java runtime has the flight recorder: without it no class of events can be loaded. */
final class Jfr {
    static final boolean IS_THERE = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    /** Whether Netty's events are wanted: its own property, true by default, that switches its own off. */
    static final boolean SHOWS_BUFFERS = IS_THERE && SystemPropertyUtil.getBoolean("io.netty.jfr.enabled", true);

    private Jfr() {}
}
