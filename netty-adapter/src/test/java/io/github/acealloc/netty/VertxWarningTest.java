/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever can see Vert.x 5 is warned, once; with the real Vert.x in {@code it-tests}. */
class VertxWarningTest {
    private final LogCapture log = new LogCapture(VertxWarning.class);
    private final AtomicBoolean said = new AtomicBoolean();
    private final ClassLoader without = new Loader(null);

    @AfterEach
    void close() {
        log.close();
    }

    /** One that has the class file that is looked for, or not, and no class: loading one would fail. */
    private static final class Loader extends ClassLoader {
        private final URL mark;

        Loader(URL mark) {
            super(null);
            this.mark = mark;
        }

        static Loader withVertx() {
            try {
                return new Loader(URI.create("file:///" + VertxWarning.MARK).toURL());
            } catch (MalformedURLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public URL getResource(String name) {
            return VertxWarning.MARK.equals(name) ? mark : null;
        }
    }

    /** One that fails whatever it is asked. */
    private static final class Broken extends ClassLoader {
        @Override
        public URL getResource(String name) {
            throw new IllegalStateException("broken on purpose");
        }
    }

    private void assertWarnedOnce() {
        assertThat(log.lines()).hasSize(1);
        assertThat(log.lines().get(0)).startsWith("WARNING Vert.x 5").contains("Leave Vert.x on Netty's allocator");
    }

    @Test
    void warnsOnceWithVertx() {
        VertxWarning.check(said, Loader.withVertx());
        VertxWarning.check(said, Loader.withVertx());
        assertWarnedOnce();
    }

    @Test
    void looksInEachPlace() {
        VertxWarning.check(said, null, new Broken(), without, Loader.withVertx());
        assertWarnedOnce();
    }

    @Test
    void isSilentWithoutVertx() {
        VertxWarning.check(said, null, new Broken(), without);
        assertThat(log.lines()).isEmpty();
        assertThat(said).isFalse();
    }

    /** In JVMs of their own, as it is said once in each: the thread's class loader has Vert.x, or nobody has. */
    @Test
    void eachAllocatorLooks() {
        assertThat(new ChildJvm().run(Allocators.class, "with")).containsOnlyOnce("Vert.x 5 is on the class path");
        assertThat(new ChildJvm().run(Allocators.class)).doesNotContain("Vert.x");
    }

    /** Makes three allocators. */
    static final class Allocators {
        private Allocators() {}

        public static void main(String[] args) {
            if (args.length > 0) {
                Thread.currentThread().setContextClassLoader(Loader.withVertx());
            }
            for (int i = 0; i < 3; i++) {
                new AceByteBufAllocator().close();
            }
        }
    }
}
