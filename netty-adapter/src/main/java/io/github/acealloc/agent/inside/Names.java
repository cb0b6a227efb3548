/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.inside;

import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.commons.ClassRemapper;
import org.objectweb.asm.commons.Remapper;

/**
 * What one copy of Netty is called: {@code io/netty}, or something else where a build has relocated it.
 *
 * @param root the name of its packages without their last part, with slashes
 */
record Names(String root) {
    static final String POOLED = "/buffer/PooledByteBufAllocator";
    static final String ADAPTIVE = "/buffer/AdaptiveByteBufAllocator";

    private static final String NETTY = "io/netty";
    private static final String DOTTED = "io.netty.";

    /** Whether a class may be one of the two, of any copy; quick, for it is asked about each class that is loaded. */
    static boolean isAllocator(String name) {
        return name.endsWith("ByteBufAllocator") && (name.endsWith(POOLED) || name.endsWith(ADAPTIVE));
    }

    /** The names that go with those of a class. */
    static Names of(String inBuffer) {
        return new Names(inBuffer.substring(0, inBuffer.lastIndexOf("/buffer/")));
    }

    boolean isRelocated() {
        return !root.equals(NETTY);
    }

    String buffer(String simpleName) {
        return root + "/buffer/" + simpleName;
    }

    /** A class of ours as it has to be for this copy. Netty's properties are relocated with its classes. */
    byte[] adapt(byte[] ours) {
        ClassWriter writer = new ClassWriter(0);
        new ClassReader(ours).accept(new ClassRemapper(writer, new ToThisCopy()), 0);
        return writer.toByteArray();
    }

    private final class ToThisCopy extends Remapper {
        ToThisCopy() {
            super(Transformer.ASM);
        }

        @Override
        public String map(String name) {
            return name.startsWith(NETTY + "/") ? root + name.substring(NETTY.length()) : name;
        }

        @Override
        public Object mapValue(Object value) {
            if (value instanceof String text && text.startsWith(DOTTED)) {
                return root.replace('/', '.') + text.substring(DOTTED.length() - 1);
            }
            return super.mapValue(value);
        }
    }
}
