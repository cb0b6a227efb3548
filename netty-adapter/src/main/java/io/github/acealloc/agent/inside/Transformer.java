/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.inside;

import io.github.acealloc.agent.Agent;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.CallSite;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.security.ProtectionDomain;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.zip.ZipFile;
import org.objectweb.asm.Opcodes;

/**
 * Changes Netty's two allocators as they are loaded, and links what they call then.
 *
 * <p>A class that is not quite the known one stays as it is, and one WARN says which and why.
 */
public final class Transformer implements ClassFileTransformer, Agent.Linker {
    static final int ASM = Opcodes.ASM9;

    /** What was left and why. Guarded by its own lock. */
    private static final Map<ClassLoader, Map<String, String>> LEFT = new WeakHashMap<>();

    private final ClassValue<NettyCopy> copies;

    private Transformer(ZipFile jar) {
        copies = new ClassValue<>() {
            @Override
            protected NettyCopy computeValue(Class<?> parent) {
                return new NettyCopy(parent, jar);
            }
        };
    }

    /**
     * Begins to watch for Netty.
     *
     * @param instrumentation the JVM's
     * @param jar the agent's
     * @param opensJdk whether the class path may be given native access
     * @return who links what changed classes call
     */
    public static Agent.Linker start(Instrumentation instrumentation, ZipFile jar, boolean opensJdk) {
        if (opensJdk) {
            OpenJdk.forNativeAccess(instrumentation);
        }
        Transformer transformer = new Transformer(jar);
        instrumentation.addTransformer(transformer, false);
        for (Class<?> type : instrumentation.getAllLoadedClasses()) {
            String name = type.getName().replace('.', '/');
            if (Names.isAllocator(name)) {
                stays(name, type.getClassLoader(), "it was loaded before the agent");
            }
        }
        return transformer;
    }

    @Override
    @SuppressWarnings("CatchThrowable") // the server has to run
    public byte[] transform(
            ClassLoader loader, String name, Class<?> redefined, ProtectionDomain domain, byte[] classFile) {
        if (name == null || !Names.isAllocator(name) || (redefined != null && !isOurs(redefined))) {
            return null;
        }
        try {
            return Rewriter.rewrite(name, classFile);
        } catch (UnknownShapeException e) {
            stays(name, loader, e.getMessage());
        } catch (Throwable e) {
            stays(name, loader, e.toString());
        }
        return null;
    }

    /** Whether a loaded class has been changed: only then may another agent's new form of it be changed, too. */
    private static boolean isOurs(Class<?> loaded) {
        return Arrays.stream(loaded.getDeclaredMethods())
                .anyMatch(method -> method.getName().equals(Rewriter.LINK));
    }

    @Override
    public CallSite link(MethodHandles.Lookup caller, String name, MethodType type) {
        return copies.get(caller.lookupClass().getSuperclass()).site(name, type);
    }

    @Override
    public String whyLeft(ClassLoader loader, String name) {
        synchronized (LEFT) {
            return LEFT.getOrDefault(loader, Map.of()).get(name);
        }
    }

    /** Makes its logger only now: one made before {@code main} keeps a server's own log manager out. */
    static void stays(String name, ClassLoader loader, String why) {
        synchronized (LEFT) {
            LEFT.computeIfAbsent(loader, l -> new HashMap<>()).put(name.replace('/', '.'), why);
        }
        System.getLogger("io.github.acealloc.agent")
                .log(
                        System.Logger.Level.WARNING,
                        "ACE-Alloc's agent leaves " + name.replace('/', '.') + " of " + loader + " as it is: " + why);
    }
}
