/* SPDX-License-Identifier: Apache-2.0 */

/** {@code AceByteBufAllocator}: ACE-Alloc as Netty's allocator. The agent is a jar of its own and no module. */
module io.github.acealloc.netty {
    requires transitive io.github.acealloc;
    requires transitive io.netty.buffer;
    requires io.netty.common;
    // Without them: no extension of bootstraps, no events in recordings. The extension is no service here: a module cannot offer one
    // whose type may be absent.
    requires static io.netty.transport;
    requires static jdk.jfr;

    exports io.github.acealloc.netty;
    exports io.github.acealloc.netty.bootstrap;
}
