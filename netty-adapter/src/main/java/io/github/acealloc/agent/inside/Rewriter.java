/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.inside;

import java.util.Map;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Changes one of Netty's allocators:
 *
 * <pre>
 * newDirectBuffer(i, m)    if (isDirectServed) { b = <i>direct</i>(this, i, m); if (b != null) return b; }, and then as before
 * usedDirectMemory()       as before, + <i>usedDirect</i>(isDirectServed)
 * trimCurrentThreadCache() as before, | <i>trim</i>()
 * freeThreadLocalCache()   as before, and <i>free</i>()
 * dumpStats()              as before, followed by <i>stats</i>()
 * </pre>
 *
 * the same for the Java heap, and for pinned memory. What is in italics is an {@code invokedynamic} that {@link NettyCopy} links when it
 * is first run; until ACE serves it gives {@code null}, 0 or {@code false}. The pooled allocator's constructor keeps in two new
 * fields what of it is served: what has arenas, and is asked for no alignment. All fields and methods stay.
 */
final class Rewriter extends ClassVisitor {
    /** The new method that links. */
    static final String LINK = "acealloc$link";

    private static final String SERVES = "acealloc$serves";
    private static final String SERVES_TYPE = "([Ljava/lang/Object;I)Z";
    private static final String LINK_TYPE =
            "(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;)"
                    + "Ljava/lang/invoke/CallSite;";
    private static final String TEXT = "Ljava/lang/String;";

    /** What each figure is called that is added to a method's own. */
    private static final Map<String, String> FIGURES = Map.of(
            "usedDirectMemory()J", "usedDirect",
            "usedHeapMemory()J", "usedHeap",
            "pinnedDirectMemory()J", "pinnedDirect",
            "pinnedHeapMemory()J", "pinnedHeap");

    private final String owner;
    private final Names names;
    private final boolean isPooled;

    private Rewriter(String owner, ClassVisitor next) {
        super(Transformer.ASM, next);
        this.owner = owner;
        names = Names.of(owner);
        isPooled = owner.endsWith(Names.POOLED);
    }

    static byte[] rewrite(String name, byte[] classFile) throws UnknownShapeException {
        ClassReader reader = new ClassReader(classFile);
        Shape.check(name, reader);
        ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        reader.accept(new Rewriter(name, writer), ClassReader.EXPAND_FRAMES);
        return writer.toByteArray();
    }

    @Override
    public void visit(int version, int access, String name, String signature, String parent, String[] interfaces) {
        // Netty 4.1 is of Java 6, which has all that is needed but the instruction.
        super.visit(Math.max(version, Opcodes.V1_7), access, name, signature, parent, interfaces);
    }

    @Override
    public MethodVisitor visitMethod(int access, String name, String descriptor, String signature, String[] thrown) {
        MethodVisitor next = super.visitMethod(access, name, descriptor, signature, thrown);
        String figure = FIGURES.get(name + descriptor);
        if (name.equals("<init>") && isPooled) {
            return new Constructor(next, descriptor);
        }
        if (figure != null) {
            return atReturn(next, Opcodes.LRETURN, code -> {
                pushIsServed(code, figure.endsWith("Direct"));
                call(code, figure, "(Z)J");
                code.visitInsn(Opcodes.LADD);
            });
        }
        if (descriptor.equals("(II)L" + names.buffer("ByteBuf") + ";")) {
            return switch (name) {
                case "newDirectBuffer" -> new Prefixed(next, true);
                case "newHeapBuffer" -> new Prefixed(next, false);
                default -> next;
            };
        }
        return switch (name + descriptor) {
            case "trimCurrentThreadCache()Z" ->
                atReturn(next, Opcodes.IRETURN, code -> {
                    call(code, "trim", "()Z");
                    code.visitInsn(Opcodes.IOR);
                });
            case "freeThreadLocalCache()V" ->
                atReturn(next, Opcodes.RETURN, code -> {
                    call(code, "free", "()Z");
                    code.visitInsn(Opcodes.POP);
                });
            case "dumpStats()" + TEXT ->
                atReturn(next, Opcodes.ARETURN, code -> {
                    call(code, "stats", "()" + TEXT);
                    code.visitLdcInsn("");
                    code.visitMethodInsn(
                            Opcodes.INVOKESTATIC,
                            "java/util/Objects",
                            "toString",
                            "(Ljava/lang/Object;" + TEXT + ")" + TEXT,
                            false);
                    code.visitMethodInsn(
                            Opcodes.INVOKEVIRTUAL, "java/lang/String", "concat", "(" + TEXT + ")" + TEXT, false);
                });
            default -> next;
        };
    }

    @Override
    public void visitEnd() {
        if (isPooled) {
            for (boolean direct : new boolean[] {true, false}) {
                super.visitField(Opcodes.ACC_PRIVATE | Opcodes.ACC_SYNTHETIC, isServed(direct), "Z", null, null)
                        .visitEnd();
            }
            NewMethods.serves(newMethod(SERVES, SERVES_TYPE));
        }
        NewMethods.link(newMethod(LINK, LINK_TYPE));
        super.visitEnd();
    }

    private MethodVisitor newMethod(String name, String descriptor) {
        return super.visitMethod(
                Opcodes.ACC_PRIVATE | Opcodes.ACC_STATIC | Opcodes.ACC_SYNTHETIC, name, descriptor, null, null);
    }

    private static String isServed(boolean direct) {
        return direct ? "acealloc$isDirectServed" : "acealloc$isHeapServed";
    }

    private void pushIsServed(MethodVisitor code, boolean direct) {
        if (isPooled) {
            code.visitVarInsn(Opcodes.ALOAD, 0);
            code.visitFieldInsn(Opcodes.GETFIELD, owner, isServed(direct), "Z");
        } else {
            code.visitInsn(Opcodes.ICONST_1);
        }
    }

    private void call(MethodVisitor code, String name, String descriptor) {
        Handle link = new Handle(Opcodes.H_INVOKESTATIC, owner, LINK, LINK_TYPE, false);
        code.visitInvokeDynamicInsn(name, descriptor, link);
    }

    /** Writes instructions. */
    private interface Code {
        void write(MethodVisitor code);
    }

    /** Has something done before each return; nothing of it jumps, so no frame changes. */
    private static MethodVisitor atReturn(MethodVisitor next, int theReturn, Code more) {
        return new MethodVisitor(Transformer.ASM, next) {
            @Override
            public void visitInsn(int opcode) {
                if (opcode == theReturn) {
                    more.write(mv);
                }
                super.visitInsn(opcode);
            }
        };
    }

    /** Keeps what is served, in a constructor that does not leave all to another one. */
    private final class Constructor extends MethodVisitor {
        private final int alignment;
        private boolean isMain;

        Constructor(MethodVisitor next, String descriptor) {
            super(Transformer.ASM, next);
            alignment = (Type.getArgumentsAndReturnSizes(descriptor) >> 2) - 1;
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String type, boolean isInterface) {
            super.visitMethodInsn(opcode, owner, name, type, isInterface);
            isMain |= name.equals("<init>") && owner.equals(names.buffer("AbstractByteBufAllocator"));
        }

        @Override
        public void visitInsn(int opcode) {
            if (opcode == Opcodes.RETURN && isMain) {
                keep(true, "directArenas");
                keep(false, "heapArenas");
            }
            super.visitInsn(opcode);
        }

        private void keep(boolean direct, String arenas) {
            mv.visitVarInsn(Opcodes.ALOAD, 0);
            mv.visitInsn(Opcodes.DUP);
            mv.visitFieldInsn(Opcodes.GETFIELD, owner, arenas, "[L" + names.buffer("PoolArena") + ";");
            mv.visitVarInsn(Opcodes.ILOAD, alignment);
            mv.visitMethodInsn(Opcodes.INVOKESTATIC, owner, SERVES, SERVES_TYPE, false);
            mv.visitFieldInsn(Opcodes.PUTFIELD, owner, isServed(direct), "Z");
        }
    }

    /** Asks ACE first. */
    private final class Prefixed extends MethodVisitor {
        private final boolean direct;

        Prefixed(MethodVisitor next, boolean direct) {
            super(Transformer.ASM, next);
            this.direct = direct;
        }

        @Override
        public void visitCode() {
            super.visitCode();
            Label nettysRoad = new Label();
            if (isPooled) {
                pushIsServed(mv, direct);
                mv.visitJumpInsn(Opcodes.IFEQ, nettysRoad);
            }
            String buffer = names.buffer("ByteBuf");
            Label none = new Label();
            mv.visitVarInsn(Opcodes.ALOAD, 0);
            mv.visitVarInsn(Opcodes.ILOAD, 1);
            mv.visitVarInsn(Opcodes.ILOAD, 2);
            call(mv, direct ? "direct" : "heap", "(L" + owner + ";II)L" + buffer + ";");
            mv.visitInsn(Opcodes.DUP);
            mv.visitJumpInsn(Opcodes.IFNULL, none);
            mv.visitInsn(Opcodes.ARETURN);
            Object[] locals = {owner, Opcodes.INTEGER, Opcodes.INTEGER};
            mv.visitLabel(none);
            mv.visitFrame(Opcodes.F_NEW, locals.length, locals, 1, new Object[] {buffer});
            mv.visitInsn(Opcodes.POP);
            mv.visitLabel(nettysRoad);
            if (isPooled) {
                mv.visitFrame(Opcodes.F_NEW, locals.length, locals, 0, new Object[0]);
            }
            mv.visitInsn(Opcodes.NOP); // what follows may have a frame of its own
        }
    }
}
