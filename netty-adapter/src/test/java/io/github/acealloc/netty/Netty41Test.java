/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.AceAllocator;
import io.github.acealloc.AceConfig;
import io.github.acealloc.netty.bootstrap.PlainServer;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import org.jctools.queues.MessagePassingQueue;
import org.jctools.queues.varhandle.MpscVarHandleArrayQueue;
import org.junit.jupiter.api.Test;

/** The adapter as it was compiled with Netty 4.2 runs on Netty 4.1: it links, lacks nothing, and works. */
class Netty41Test {
    private static final Path NETTY_41 = Path.of("target", "netty-4.1");

    private static List<Path> nettyJars() throws IOException {
        try (Stream<Path> files = Files.list(NETTY_41)) {
            List<Path> jars = files.toList();
            assertThat(jars).as("jars that Maven copies").hasSize(4);
            return jars;
        }
    }

    private static Path placeOf(Class<?> type) throws URISyntaxException {
        URI place = type.getProtectionDomain().getCodeSource().getLocation().toURI();
        return Path.of(place);
    }

    /** The adapter, the engine and what it needs, and Netty 4.1. */
    private static List<Path> classPath() throws IOException, URISyntaxException {
        List<Path> classPath = new ArrayList<>(nettyJars());
        classPath.add(placeOf(AceByteBufAllocator.class));
        classPath.add(placeOf(AceConfig.class));
        classPath.add(placeOf(MessagePassingQueue.class));
        classPath.add(placeOf(MpscVarHandleArrayQueue.class));
        return classPath;
    }

    private static URLClassLoader netty41() throws IOException, URISyntaxException {
        List<URL> urls = new ArrayList<>();
        for (Path entry : classPath()) {
            urls.add(entry.toUri().toURL());
        }
        return new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
    }

    /** What our classes refer to in Netty's, as {@code owner name descriptor}. */
    private static final class References extends ClassVisitor {
        private final Set<String> all = new TreeSet<>();

        References() {
            super(Opcodes.ASM9);
        }

        private void add(String owner, String name, String descriptor) {
            if (owner.startsWith("io/netty/")) {
                all.add(owner.replace('/', '.') + " " + name + " " + descriptor);
            }
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String name, String descriptor, String signature, String[] thrown) {
            return new MethodVisitor(Opcodes.ASM9) {
                @Override
                public void visitMethodInsn(
                        int opcode, String owner, String name, String descriptor, boolean isInterface) {
                    add(owner, name, descriptor);
                }

                @Override
                public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
                    add(owner, name, "");
                }

                @Override
                public void visitInvokeDynamicInsn(
                        String name, String descriptor, Handle bootstrap, Object... arguments) {
                    for (Object argument : arguments) {
                        if (argument instanceof Handle handle) {
                            add(handle.getOwner(), handle.getName(), handle.getDesc());
                        }
                    }
                }
            };
        }
    }

    private static List<Path> adapterClasses() throws IOException, URISyntaxException {
        try (Stream<Path> files = Files.walk(placeOf(AceByteBufAllocator.class))) {
            return files.filter(file -> file.toString().endsWith(".class")).toList();
        }
    }

    @Test
    void everyReferenceResolves() throws Exception {
        References references = new References();
        for (Path file : adapterClasses()) {
            try (InputStream in = Files.newInputStream(file)) {
                new ClassReader(in).accept(references, 0);
            }
        }
        assertThat(references.all).anyMatch(reference -> reference.startsWith("io.netty.buffer.AbstractByteBuf"));
        try (URLClassLoader loader = netty41()) {
            List<String> missing = new ArrayList<>();
            for (String reference : references.all) {
                String[] parts = reference.split(" ", -1);
                if (!exists(loader.loadClass(parts[0]), parts[1], parts[2])) {
                    missing.add(reference);
                }
            }
            assertThat(missing).isEmpty();
        }
    }

    private static boolean exists(Class<?> type, String name, String descriptor) {
        if (name.equals("<init>")) {
            return Arrays.stream(type.getDeclaredConstructors())
                    .anyMatch(made ->
                            descriptor(void.class, made.getParameterTypes()).equals(descriptor));
        }
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            boolean here = descriptor.isEmpty()
                    ? Arrays.stream(c.getDeclaredFields())
                            .anyMatch(field -> field.getName().equals(name))
                    : Arrays.stream(c.getDeclaredMethods()).anyMatch(method -> is(method, name, descriptor));
            if (here || Arrays.stream(c.getInterfaces()).anyMatch(parent -> exists(parent, name, descriptor))) {
                return true;
            }
        }
        return type.isInterface() && exists(Object.class, name, descriptor);
    }

    private static String descriptor(Class<?> result, Class<?>[] parameters) {
        return MethodType.methodType(result, parameters).toMethodDescriptorString();
    }

    private static boolean is(Method method, String name, String descriptor) {
        return method.getName().equals(name)
                && descriptor(method.getReturnType(), method.getParameterTypes())
                        .equals(descriptor)
                && (isOurs(method) || (method.getModifiers() & (Modifier.PUBLIC | Modifier.PROTECTED)) != 0);
    }

    private static boolean isOurs(Method method) {
        return method.getDeclaringClass().getName().startsWith(AceAllocator.class.getPackageName());
    }

    @Test
    void noAbstractMethodIsLeft() throws Exception {
        try (URLClassLoader loader = netty41()) {
            for (Class<?> type : new Class<?>[] {
                AceDirectByteBuf.class, AceHeapByteBuf.class, AceByteBufAllocator.class, AceAllocatorMetric.class
            }) {
                Class<?> there = loader.loadClass(type.getName());
                assertThat(there).isNotSameAs(type);
                assertThat(there.getMethods())
                        .as("%s", there)
                        .noneMatch(method -> Modifier.isAbstract(method.getModifiers()));
                for (Class<?> c = there.getSuperclass(); c != null; c = c.getSuperclass()) {
                    for (Method method : c.getDeclaredMethods()) {
                        assertThat(!Modifier.isAbstract(method.getModifiers()) || isImplemented(there, method))
                                .as("%s", method)
                                .isTrue();
                    }
                }
            }
        }
    }

    private static boolean isImplemented(Class<?> type, Method method) {
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            try {
                return !Modifier.isAbstract(c.getDeclaredMethod(method.getName(), method.getParameterTypes())
                        .getModifiers());
            } catch (NoSuchMethodException e) {
                // then perhaps in its superclass
            }
        }
        return false;
    }

    @Test
    void theExtensionWorks() throws Exception {
        List<Path> classPath = new ArrayList<>(classPath());
        classPath.add(placeOf(PlainServer.class));
        assertThat(new ChildJvm()
                        .with("-Dio.netty.bootstrap.extensions=serviceload")
                        .withClassPath(classPath)
                        .run(PlainServer.class))
                .contains("server: AceByteBufAllocator", "client: AceByteBufAllocator", "echoed: true", "live: 0");
    }

    @Test
    void works() throws Exception {
        List<Path> classPath = new ArrayList<>(classPath());
        classPath.add(placeOf(Netty41Smoke.class));
        assertThat(new ChildJvm().withClassPath(classPath).run(Netty41Smoke.class))
                .contains("netty 4.1")
                .contains("all is well");
    }
}
