/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import jdk.jfr.Recording;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An application that brings the adapter along can be undeployed: its class loader is collected, whatever is switched on. */
class RedeployTest {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(25);
    private static final String OURS = "io.github.acealloc.";
    private static final String NETTY = "io.netty.";

    @TempDir
    Path directory;

    private final List<String> properties = new ArrayList<>();

    /**
     * The server has used its Netty before: exceptions that Netty keeps name the classes that were on the stack, and up to Java 23
     * a thread remembers those of who made it start. Either would keep the first application that is deployed.
     */
    private static Loop serversLoop() {
        Loop loop = new Loop();
        loop.run(() -> UnpooledByteBufAllocator.DEFAULT.directBuffer(10).release());
        return loop;
    }

    private void set(String name, String value) {
        System.setProperty(name, value);
        properties.add(name);
    }

    @AfterEach
    void asBefore() {
        properties.forEach(System::clearProperty);
    }

    /** Loads the application's classes itself, and everything else where the JVM has it. */
    private static final class Application extends URLClassLoader {
        private final String[] own;

        Application(String... own) {
            super("application", classPath(), Application.class.getClassLoader());
            this.own = own;
        }

        private static URL[] classPath() {
            return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                    .map(Application::url)
                    .toArray(URL[]::new);
        }

        private static URL url(String path) {
            try {
                return Path.of(path).toUri().toURL();
            } catch (MalformedURLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                if (Arrays.stream(own).noneMatch(name::startsWith)) {
                    return super.loadClass(name, resolve);
                }
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : findClass(name);
            }
        }
    }

    /** What the application does: uses its own copy of the adapter, on the server's event loop if there is one. */
    public static final class Main {
        private Main() {}

        public static void run(Executor serversLoop, int rounds) throws InterruptedException {
            AceByteBufAllocator own = new AceByteBufAllocator();
            for (AceByteBufAllocator allocator : List.of(AceByteBufAllocator.DEFAULT, own)) {
                use(allocator, rounds);
                CountDownLatch done = new CountDownLatch(1);
                if (serversLoop != null) {
                    serversLoop.execute(() -> {
                        use(allocator, rounds);
                        done.countDown();
                    });
                    done.await();
                } else {
                    try (Loop loop = new Loop()) {
                        loop.run(() -> use(allocator, rounds));
                    }
                }
            }
        }

        private static void use(AceByteBufAllocator allocator, int rounds) {
            long end = System.nanoTime() + 100_000_000L * rounds;
            do {
                List<ByteBuf> live = new ArrayList<>();
                for (Kind kind : Kind.values()) {
                    for (int i = 0; i < 200; i++) {
                        live.add(kind.allocate(allocator, 1000));
                    }
                    live.add(kind.allocate(allocator, 3 << 20));
                }
                live.forEach(ByteBuf::release);
            } while (System.nanoTime() < end);
        }
    }

    private static WeakReference<ClassLoader> deployAndUndeploy(Executor loop, int rounds, String... own)
            throws IOException, ReflectiveOperationException {
        try (Application application = new Application(own)) {
            Class<?> main = application.loadClass(Main.class.getName());
            assertThat(main).isNotSameAs(Main.class);
            main.getMethod("run", Executor.class, int.class).invoke(null, loop, rounds);
            return new WeakReference<>(application);
        }
    }

    private static void assertCollected(WeakReference<ClassLoader> application) throws InterruptedException {
        long start = System.nanoTime();
        while (application.get() != null && System.nanoTime() - start < PATIENCE_NANOS) {
            System.gc();
            Thread.sleep(100);
        }
        assertThat(application.get()).as("the class loader").isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "exit"})
    void withNettyOfItsOwn(String stats) throws Exception {
        set("acealloc.purgeDelayMillis", "200");
        set("acealloc.stats", stats);
        assertCollected(deployAndUndeploy(null, 0, OURS, NETTY));
    }

    /** The server's Netty and its event loops live on. */
    @ParameterizedTest
    @ValueSource(strings = {"none", "exit"})
    void withTheServersNettyAndEventLoop(String stats) throws Exception {
        set("acealloc.purgeDelayMillis", "200");
        set("acealloc.stats", stats);
        try (Loop loop = serversLoop()) {
            assertCollected(deployAndUndeploy(loop.executor(), 0, OURS));
        }
    }

    /** The flight recorder keeps no class of events whose application is gone, though it has told of its buffers. */
    @Test
    void whereItsBuffersAreRecorded() throws Exception {
        set("acealloc.purgeDelayMillis", "200");
        List<WeakReference<ClassLoader>> application = new ArrayList<>();
        Recorded recorded =
                Recorded.during(() -> application.add(deployAndUndeploy(null, 0, OURS, NETTY)), Recorded.ALL);
        assertThat(recorded.ofAce(Recorded.ALLOCATE)).isNotEmpty();
        assertCollected(application.get(0));
    }

    @Test
    void whereItLearnsAndKeepsAPolicy() throws Exception {
        Path file = directory.resolve("policy.properties");
        set("acealloc.purgeDelayMillis", "200");
        set("acealloc.mode", "learn");
        set("acealloc.policy", file.toString());
        set("acealloc.stats", "exit");
        try (Loop loop = serversLoop()) {
            assertCollected(deployAndUndeploy(loop.executor(), 10, OURS));
        }
        assertThat(PolicyFile.read(file).isEmpty()).isFalse();
    }

    private static Set<ObjectName> beans() throws JMException {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        Set<ObjectName> beans = server.queryNames(new ObjectName("io.github.acealloc:*"), null);
        beans.addAll(server.queryNames(new ObjectName("java.nio:type=BufferPool,name=acealloc*"), null));
        return beans;
    }

    private static void assertBeans(Set<ObjectName> expected) throws Exception {
        long start = System.nanoTime();
        while (!beans().equals(expected) && System.nanoTime() - start < PATIENCE_NANOS) {
            System.gc();
            Thread.sleep(100);
        }
        assertThat(beans()).isEqualTo(expected);
    }

    /** What the application has registered neither holds it nor stays. */
    @Test
    void whereJmxAndJfrAreInUse() throws Exception {
        set("acealloc.purgeDelayMillis", "200");
        ManagementFactory.getPlatformMBeanServer();
        assertThat(AceByteBufAllocator.DEFAULT).isNotNull();
        try (Recording recording = new Recording();
                Loop loop = serversLoop()) {
            recording.enable("io.github.acealloc.Totals").withPeriod(Duration.ofMillis(50));
            recording.start();
            new AceByteBufAllocator().close(); // the rest of this loader's beans are there now
            Set<ObjectName> before = beans();
            WeakReference<ClassLoader> application = deployAndUndeploy(loop.executor(), 10, OURS);
            assertThat(beans().size()).isGreaterThan(before.size());
            assertCollected(application);
            assertBeans(before);
        }
    }

    /** The child: an application that is gone or about to go when the JVM ends, and one that stays. */
    static final class Server {
        public static void main(String[] args) throws Exception {
            WeakReference<ClassLoader> application = deployAndUndeploy(null, 0, OURS, NETTY);
            AceByteBufAllocator.DEFAULT.directBuffer(10).release();
            System.out.println("undeployed " + (application.get() == null ? "and collected" : ""));
        }
    }

    @Test
    void theFiguresOfWhatStaysArePrintedAtTheEnd() {
        String said = new ChildJvm().with("-Dacealloc.stats=exit").run(Server.class);
        assertThat(said)
                .contains("undeployed")
                .contains("AceByteBufAllocator(directByDefault: true)")
                .contains("allocations")
                .doesNotContain("Exception in thread");
    }
}
