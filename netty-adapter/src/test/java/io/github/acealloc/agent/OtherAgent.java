/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.instrument.ClassDefinition;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;

/** The child's second agent: it has Netty's allocator transformed once more, and redefined from its class file. */
public final class OtherAgent {
    private static final String POOLED = "io.netty.buffer.PooledByteBufAllocator";

    private OtherAgent() {}

    public static void premain(String arguments, Instrumentation instrumentation) throws Exception {
        Class<?> type = Class.forName(POOLED, true, ClassLoader.getSystemClassLoader());
        again(type, instrumentation);
        System.out.println("changed anew: " + type.getName());
    }

    private static void again(Class<?> type, Instrumentation instrumentation)
            throws IOException, UnmodifiableClassException, ClassNotFoundException {
        instrumentation.retransformClasses(type);
        try (InputStream in = type.getResourceAsStream("PooledByteBufAllocator.class")) {
            instrumentation.redefineClasses(new ClassDefinition(type, in.readAllBytes()));
        }
    }

    /** Makes its jar. */
    static Path jar(Path file) throws IOException {
        Manifest manifest = new Manifest();
        Attributes attributes = manifest.getMainAttributes();
        attributes.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        attributes.putValue("Premain-Class", OtherAgent.class.getName());
        attributes.putValue("Can-Redefine-Classes", "true");
        attributes.putValue("Can-Retransform-Classes", "true");
        String name = OtherAgent.class.getSimpleName() + ".class";
        try (OutputStream out = Files.newOutputStream(file);
                JarOutputStream jar = new JarOutputStream(out, manifest);
                InputStream code = OtherAgent.class.getResourceAsStream(name)) {
            jar.putNextEntry(new ZipEntry(OtherAgent.class.getName().replace('.', '/') + ".class"));
            code.transferTo(jar);
            jar.closeEntry();
        }
        return file;
    }
}
