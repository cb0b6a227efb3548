/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * Whether the JVM gives native access, refuses it or is silent about it: full service, and no warning is printed. Where it does not
 * give access and could, it is said once what that would bring.
 */
class NativeAccessTest {

    private static final boolean COULD_GIVE = Runtime.version().feature() >= 22;
    private static final String LINE = System.lineSeparator();

    /** What the JDK's logger makes of one line for each allocator: the one of the JVM, and the service's. */
    private static final String MADE = (".*AceByteBufAllocator.*" + LINE + "INFO: Allocator .*" + LINE).repeat(2);

    private static void expectAdviceOnly(String said) {
        String advice = ".*DirectMemory.*" + LINE
                + "INFO: with --enable-native-access=ALL-UNNAMED free memory would go .*" + LINE;
        assertThat(said).matches((COULD_GIVE ? advice : "") + MADE + Service.DONE);
    }

    @Test
    void unsaid() {
        expectAdviceOnly(new ChildJvm().run(Service.class));
    }

    /** A runtime that was made without its module {@code jdk.jfr}: there is nobody to tell of buffers. */
    @Test
    void withoutFlightRecorder() {
        String said = new ChildJvm()
                .with("--limit-modules=java.se,jdk.management,jdk.unsupported")
                .run(Service.class);
        expectAdviceOnly(said);
    }

    /** A JVM without its module {@code jdk.unsupported} has no {@code Unsafe}, which Netty says: direct buffers or arenas serve. */
    @Test
    void withoutUnsafe() {
        assertThat(new ChildJvm().with("--limit-modules=java.se,jdk.management").run(Service.class))
                .endsWith(Service.DONE)
                .doesNotContain("WARNING");
    }

    @EnabledForJreRange(min = JRE.JAVA_22)
    @Test
    void saidForAll() {
        assertThat(new ChildJvm().with("--enable-native-access=ALL-UNNAMED").run(Service.class))
                .matches(MADE + Service.DONE);
    }

    @EnabledForJreRange(min = JRE.JAVA_22)
    @Test
    void saidForSomebodyElse() {
        expectAdviceOnly(new ChildJvm().with("--enable-native-access=java.base").run(Service.class));
    }

    @EnabledForJreRange(min = JRE.JAVA_24)
    @Test
    void denied() {
        expectAdviceOnly(new ChildJvm().with("--illegal-native-access=deny").run(Service.class));
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
