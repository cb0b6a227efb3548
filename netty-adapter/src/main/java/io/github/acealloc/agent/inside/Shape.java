/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.inside;

import java.util.HashSet;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** Looks whether a class is an allocator of Netty's as we know it: Netty 4.1.52 or later, and all of 4.2. */
final class Shape extends ClassVisitor {
    private static final String ALIGNMENT_IS_LAST = "ZI)V";

    private final Names names;
    private final boolean isPooled;
    private final Set<String> members = new HashSet<>();
    private final Set<String> constructors = new HashSet<>();
    private int version;
    private String parent;

    private Shape(String name) {
        super(Transformer.ASM);
        names = Names.of(name);
        isPooled = name.endsWith(Names.POOLED);
    }

    static void check(String name, ClassReader reader) throws UnknownShapeException {
        Shape shape = new Shape(name);
        reader.accept(shape, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
        shape.check();
    }

    private void check() throws UnknownShapeException {
        expect((version & 0xffff) >= Opcodes.V1_6, "its class file is of version " + (version & 0xffff));
        expect(names.buffer("AbstractByteBufAllocator").equals(parent), "it extends " + parent);
        expect(!members.contains(Rewriter.LINK), "it has been changed already");
        for (String method : new String[] {"newDirectBuffer", "newHeapBuffer"}) {
            expectMember(method + "(II)L" + names.buffer("ByteBuf") + ";");
        }
        if (isPooled) {
            for (String arenas : new String[] {"directArenas", "heapArenas"}) {
                expectMember(arenas + "[L" + names.buffer("PoolArena") + ";");
            }
            for (String constructor : constructors) {
                expect(
                        constructor.endsWith(ALIGNMENT_IS_LAST),
                        "its constructor " + constructor + " does not end with an alignment");
            }
        }
    }

    private void expectMember(String member) throws UnknownShapeException {
        expect(members.contains(member), "it lacks " + member);
    }

    private static void expect(boolean isSo, String otherwise) throws UnknownShapeException {
        if (!isSo) {
            throw new UnknownShapeException(otherwise);
        }
    }

    @Override
    public void visit(int version, int access, String name, String signature, String parent, String[] interfaces) {
        this.version = version;
        this.parent = parent;
    }

    @Override
    public FieldVisitor visitField(int access, String name, String descriptor, String signature, Object value) {
        members.add(name + descriptor);
        return null;
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] thrown) {
        if ((access & (Opcodes.ACC_ABSTRACT | Opcodes.ACC_STATIC)) == 0) {
            members.add(name + descriptor);
        }
        if (name.equals(Rewriter.LINK)) {
            members.add(name);
        }
        return name.equals("<init>") ? new Constructor(descriptor) : null;
    }

    /** Notes the constructors that do not leave everything to another one. */
    private final class Constructor extends MethodVisitor {
        private final String descriptor;

        Constructor(String descriptor) {
            super(Transformer.ASM);
            this.descriptor = descriptor;
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String type, boolean isInterface) {
            if (opcode == Opcodes.INVOKESPECIAL && name.equals("<init>") && owner.equals(parent)) {
                constructors.add(descriptor);
            }
        }
    }
}
