/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.inside;

import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/** The code of the methods that a changed class has more. */
final class NewMethods {
    private NewMethods() {}

    /** {@code return arenas != null && arenas.length > 0 && alignment <= 0;}. */
    static void serves(MethodVisitor code) {
        code.visitCode();
        Label no = new Label();
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitJumpInsn(Opcodes.IFNULL, no);
        code.visitVarInsn(Opcodes.ALOAD, 0);
        code.visitInsn(Opcodes.ARRAYLENGTH);
        code.visitJumpInsn(Opcodes.IFEQ, no);
        code.visitVarInsn(Opcodes.ILOAD, 1);
        code.visitJumpInsn(Opcodes.IFGT, no);
        code.visitInsn(Opcodes.ICONST_1);
        code.visitInsn(Opcodes.IRETURN);
        code.visitLabel(no);
        code.visitFrame(Opcodes.F_NEW, 2, new Object[] {"[Ljava/lang/Object;", Opcodes.INTEGER}, 0, new Object[0]);
        code.visitInsn(Opcodes.ICONST_0);
        code.visitInsn(Opcodes.IRETURN);
        end(code);
    }

    /**
     * Calls {@code Agent.link}, by reflection, because the class loader of a module or bundle does not know the system's classes; where
     * that fails the site gives {@code null}, 0 or {@code false} for ever.
     */
    static void link(MethodVisitor code) {
        Label start = new Label();
        Label end = new Label();
        Label failed = new Label();
        code.visitCode();
        code.visitTryCatchBlock(start, end, failed, "java/lang/Throwable");
        code.visitLabel(start);
        code.visitMethodInsn(
                Opcodes.INVOKESTATIC,
                "java/lang/ClassLoader",
                "getSystemClassLoader",
                "()Ljava/lang/ClassLoader;",
                false);
        code.visitLdcInsn("io.github.acealloc.agent.Agent");
        code.visitMethodInsn(
                Opcodes.INVOKEVIRTUAL,
                "java/lang/ClassLoader",
                "loadClass",
                "(Ljava/lang/String;)Ljava/lang/Class;",
                false);
        code.visitLdcInsn("link");
        String[] parameters = {
            "java/lang/invoke/MethodHandles$Lookup", "java/lang/String", "java/lang/invoke/MethodType"
        };
        array(code, "java/lang/Class", i -> code.visitLdcInsn(Type.getObjectType(parameters[i])));
        code.visitMethodInsn(
                Opcodes.INVOKEVIRTUAL,
                "java/lang/Class",
                "getMethod",
                "(Ljava/lang/String;[Ljava/lang/Class;)Ljava/lang/reflect/Method;",
                false);
        code.visitInsn(Opcodes.ACONST_NULL);
        array(code, "java/lang/Object", i -> code.visitVarInsn(Opcodes.ALOAD, i));
        code.visitMethodInsn(
                Opcodes.INVOKEVIRTUAL,
                "java/lang/reflect/Method",
                "invoke",
                "(Ljava/lang/Object;[Ljava/lang/Object;)Ljava/lang/Object;",
                false);
        code.visitTypeInsn(Opcodes.CHECKCAST, "java/lang/invoke/CallSite");
        code.visitLabel(end);
        code.visitInsn(Opcodes.ARETURN);
        code.visitLabel(failed);
        code.visitFrame(Opcodes.F_NEW, parameters.length, parameters.clone(), 1, new Object[] {"java/lang/Throwable"});
        code.visitInsn(Opcodes.POP);
        code.visitTypeInsn(Opcodes.NEW, "java/lang/invoke/ConstantCallSite");
        code.visitInsn(Opcodes.DUP);
        code.visitVarInsn(Opcodes.ALOAD, 2);
        code.visitMethodInsn(
                Opcodes.INVOKESTATIC,
                "java/lang/invoke/MethodHandles",
                "empty",
                "(Ljava/lang/invoke/MethodType;)Ljava/lang/invoke/MethodHandle;",
                false);
        code.visitMethodInsn(
                Opcodes.INVOKESPECIAL,
                "java/lang/invoke/ConstantCallSite",
                "<init>",
                "(Ljava/lang/invoke/MethodHandle;)V",
                false);
        code.visitInsn(Opcodes.ARETURN);
        end(code);
    }

    /** Pushes one element of an array. */
    private interface Element {
        void push(int index);
    }

    private static void array(MethodVisitor code, String type, Element element) {
        code.visitInsn(Opcodes.ICONST_3);
        code.visitTypeInsn(Opcodes.ANEWARRAY, type);
        for (int i = 0; i < 3; i++) {
            code.visitInsn(Opcodes.DUP);
            code.visitInsn(Opcodes.ICONST_0 + i);
            element.push(i);
            code.visitInsn(Opcodes.AASTORE);
        }
    }

    private static void end(MethodVisitor code) {
        code.visitMaxs(0, 0);
        code.visitEnd();
    }
}
