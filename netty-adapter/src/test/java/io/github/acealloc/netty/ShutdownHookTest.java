/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import org.junit.jupiter.api.Test;

/** Buffers can be allocated, handed over and released while the JVM shuts down. */
class ShutdownHookTest {

    /** The child: uses buffers in a shutdown hook, with an event loop that still runs. */
    static final class Child {
        @SuppressWarnings("SystemExitOutsideMain") // this is a main
        public static void main(String[] args) {
            AceByteBufAllocator allocator = AceByteBufAllocator.DEFAULT;
            Loop loop = new Loop();
            ByteBuf fromLoop = loop.call(() -> allocator.directBuffer(100).writeLong(42));
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                for (Kind kind : Kind.values()) {
                    ByteBuf buf = kind.allocate(allocator, 100).writeBytes(fromLoop, 0, 8);
                    buf.capacity(3 << 20);
                    System.out.println(kind + " " + buf.readLong());
                    loop.run(buf::release);
                }
                fromLoop.release();
                Laws.assertNothingLive(allocator, loop);
                System.out.println("nothing live");
            }));
            System.exit(0);
        }
    }

    @Test
    void allocateInShutdownHook() {
        assertThat(new ChildJvm().run(Child.class))
                .contains("DIRECT 42")
                .contains("HEAP 42")
                .contains("nothing live");
    }
}
