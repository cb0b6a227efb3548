/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether the JVM gives native access, refuses it or is silent about it: full service, and not a word is printed. */
class NativeAccessTest {

    @Test
    void unsaid() {
        assertThat(new ChildJvm().run(Service.class)).isEqualTo(Service.DONE);
    }

    @EnabledForJreRange(min = JRE.JAVA_22)
    @ParameterizedTest
    @ValueSource(strings = {"--enable-native-access=ALL-UNNAMED", "--enable-native-access=java.base"})
    void saidForAllOrForSomebodyElse(String option) {
        assertThat(new ChildJvm().with(option).run(Service.class)).isEqualTo(Service.DONE);
    }

    @EnabledForJreRange(min = JRE.JAVA_24)
    @Test
    void denied() {
        assertThat(new ChildJvm().with("--illegal-native-access=deny").run(Service.class))
                .isEqualTo(Service.DONE);
    }

    /** Allocates, reads and writes, gives back and closes, with direct and heap buffers of every size. */
    static final class Service {
        static final String DONE = "0 bytes left" + System.lineSeparator();

        private Service() {}

        public static void main(String[] args) {
            AceByteBufAllocator allocator = new AceByteBufAllocator();
            for (int round = 0; round < 2; round++) {
                serve(allocator);
                allocator.trim();
            }
            if (!allocator.violations().isEmpty()) {
                throw new IllegalStateException(allocator.violations().toString());
            }
            allocator.close();
            System.out.println(allocator.stats().committedBytes() + " bytes left");
        }

        private static void serve(AceByteBufAllocator allocator) {
            List<ByteBuf> live = new ArrayList<>();
            for (Kind kind : Kind.values()) {
                for (int size = 8; size <= 4 << 20; size *= 2) {
                    ByteBuf buf = kind.allocate(allocator, size);
                    live.add(buf.setLong(0, size).setLong(size - 8, ~size));
                }
            }
            for (ByteBuf buf : live) {
                int size = buf.capacity();
                if (buf.getInt(size - 4) != ~size || (size > 8 && buf.getLong(0) != size)) {
                    throw new IllegalStateException("bytes of " + buf);
                }
                buf.release();
            }
        }
    }
}
