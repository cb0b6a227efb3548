/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent;

import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.CallSite;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.zip.ZipFile;

/**
 * The agent's start: {@code -javaagent:ace-alloc-agent.jar}.
 *
 * <p>Whatever fails here leaves the JVM as it was and is said on standard error: no logging is set up so early.
 */
public final class Agent {
    private static final String INSIDE = "inside/";
    private static final String TRANSFORMER = "io.github.acealloc.agent.inside.Transformer";
    private static final String TRANSFORMER_FILE = INSIDE + TRANSFORMER.replace('.', '/') + ".class";
    private static final AtomicBoolean STARTED = new AtomicBoolean();
    private static final AtomicBoolean TOLD = new AtomicBoolean();
    private static volatile Linker linker;

    private Agent() {}

    /** Links what a changed class calls, and knows which were not changed. */
    public interface Linker {
        /**
         * Makes a call site.
         *
         * @param caller the changed class
         * @param name what is called
         * @param type its type
         * @return the site
         */
        CallSite link(MethodHandles.Lookup caller, String name, MethodType type);

        /**
         * Why a class, or a copy of Netty, was left as it was.
         *
         * @param loader its class loader
         * @param name the class, or the copy's packages without their last part, with dots
         * @return a clause; {@code null} if it was not left
         */
        String whyLeft(ClassLoader loader, String name);
    }

    /**
     * Called by the JVM before {@code main}.
     *
     * @param arguments none are known; settings are system properties
     * @param instrumentation the JVM's
     */
    @SuppressWarnings("CatchThrowable") // the server has to run
    public static void premain(String arguments, Instrumentation instrumentation) {
        if (STARTED.getAndSet(true)) {
            if (!TOLD.getAndSet(true)) {
                say("is given more than once; the first one does it all");
            }
            return;
        }
        if (isOff()) {
            return;
        }
        try {
            System.setProperty("io.github.acealloc.takeOver", "true");
            linker = start(instrumentation);
        } catch (Throwable e) {
            say("cannot start, and Netty stays as it is: " + e);
        }
    }

    private static boolean isOff() {
        return is("acealloc.agent", "on", "off")
                || is("acealloc.allocator", "ace", "pooled")
                || is("acealloc.allocator", "ace", "adaptive")
                || is("acealloc.allocator", "ace", "unpooled");
    }

    private static boolean is(String property, String byDefault, String value) {
        return System.getProperty(property, byDefault)
                .trim()
                .toLowerCase(Locale.ROOT)
                .equals(value);
    }

    private static Linker start(Instrumentation instrumentation) throws IOException, ReflectiveOperationException {
        ZipFile jar = new ZipFile(Path.of(place()).toFile());
        PartLoader inside = new PartLoader("acealloc-agent", Agent.class.getClassLoader(), jar, INSIDE, bytes -> bytes);
        return (Linker) inside.loadClass(TRANSFORMER)
                .getMethod("start", Instrumentation.class, ZipFile.class, boolean.class)
                .invoke(null, instrumentation, jar, !is("acealloc.agent.openJdk", "true", "false"));
    }

    /** Where the jar is: found by what only it has, for this class may lie on the class path, too. */
    static URI place() {
        String url = String.valueOf(Agent.class.getClassLoader().getResource(TRANSFORMER_FILE));
        return URI.create(url.substring("jar:".length(), url.indexOf("!/")));
    }

    /**
     * The door for changed classes.
     *
     * @param caller the changed class
     * @param name what is called
     * @param type its type
     * @return the site
     */
    public static CallSite link(MethodHandles.Lookup caller, String name, MethodType type) {
        return linker.link(caller, name, type);
    }

    /**
     * Why something is as it was, for the command {@code doctor}, which finds this method by its name.
     *
     * @param loader the class loader of what is asked about
     * @param name a class, or a copy of Netty as {@link Linker#whyLeft} has it
     * @return a clause; {@code null} if it was not left
     */
    public static String whyLeft(ClassLoader loader, String name) {
        if (isOff()) {
            return "the agent is switched off";
        }
        Linker linking = linker;
        return linking == null ? "the agent could not start, see standard error" : linking.whyLeft(loader, name);
    }

    private static void say(String what) {
        System.err.println("WARN: ACE-Alloc's agent " + what);
    }
}
