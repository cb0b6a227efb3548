/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent;

import io.github.acealloc.netty.AceByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.util.ReferenceCounted;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;

/** Class paths with Netty and the child programs, and nothing of ACE. */
final class StockNetty {
    private static final Path NETTY_41 = Path.of("target", "netty-4.1");

    private StockNetty() {}

    static Path placeOf(Class<?> type) {
        try {
            return Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Path> jars() {
        return List.of(placeOf(ByteBuf.class), placeOf(ReferenceCounted.class));
    }

    /** The Netty that the adapter is built with. */
    static List<Path> classPath(Path folder, Class<?>... programs) throws IOException {
        return with(jars(), folder, programs);
    }

    /** Netty 4.1. */
    static List<Path> classPath41(Path folder, Class<?>... programs) throws IOException {
        try (Stream<Path> files = Files.list(NETTY_41)) {
            return with(files.toList(), folder, programs);
        }
    }

    private static List<Path> with(List<Path> jars, Path folder, Class<?>... programs) throws IOException {
        for (Class<?> program : programs) {
            copy(placeOf(program), program.getName().replace('.', '/'), folder, bytes -> bytes);
        }
        List<Path> classPath = new ArrayList<>(jars);
        classPath.add(folder);
        return classPath;
    }

    /** Copies the adapter as its jar has it: without the agent. */
    static void copyAdapter(Path folder) throws IOException {
        copy(placeOf(AceByteBufAllocator.class), "io/github/acealloc/netty/", folder, bytes -> bytes);
    }

    /** Netty and a program, both with other names than they were written with. */
    static List<Path> changed(Path folder, Class<?> program, Remapper names) throws IOException {
        for (Path jar : jars()) {
            copy(jar, "", folder, bytes -> change(bytes, names));
        }
        return changedProgram(folder, program, names);
    }

    /** The program alone. */
    static List<Path> changedProgram(Path folder, Class<?> program, Remapper names) throws IOException {
        copy(placeOf(program), program.getName().replace('.', '/'), folder, bytes -> change(bytes, names));
        return List.of(folder);
    }

    private static byte[] change(byte[] bytes, Remapper names) {
        ClassWriter writer = new ClassWriter(0);
        new ClassReader(bytes).accept(new ClassRemapper(writer, names), 0);
        return writer.toByteArray();
    }

    /** Copies the classes whose names begin so, to where their names are after the change. */
    private static void copy(Path place, String prefix, Path folder, UnaryOperator<byte[]> change) throws IOException {
        if (Files.isDirectory(place)) {
            copyTree(place, prefix, folder, change);
        } else {
            try (FileSystem jar = FileSystems.newFileSystem(place)) {
                copyTree(jar.getPath("/"), prefix, folder, change);
            }
        }
    }

    private static void copyTree(Path root, String prefix, Path folder, UnaryOperator<byte[]> change)
            throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            files.filter(file -> {
                        String name = root.relativize(file).toString();
                        return name.startsWith(prefix) && name.endsWith(".class") && !name.startsWith("META-INF");
                    })
                    .forEach(file -> {
                        try {
                            byte[] bytes = change.apply(Files.readAllBytes(file));
                            Path target = folder.resolve(new ClassReader(bytes).getClassName() + ".class");
                            Files.createDirectories(target.getParent());
                            Files.write(target, bytes);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
    }
}
