/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent;

import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.zip.ZipFile;

/**
 * The jar as a command, {@code java -jar ace-alloc-agent.jar doctor PID}, and what that command starts in the JVM that it looks at.
 *
 * <p>Apart from {@link Agent}, which is only there where the agent was given: here no class is changed.
 */
public final class Tool {
    private static final String INSIDE = "inside/";
    private static final String COMMAND_LINE = "io.github.acealloc.agent.tool.CommandLine";
    private static final String VISITOR = "io.github.acealloc.agent.visit.Visitor";

    private Tool() {}

    /**
     * Runs a command and ends the JVM with its exit code.
     *
     * @param args the command, and what it is given
     * @throws IOException if the jar cannot be read
     * @throws ReflectiveOperationException if it is not complete
     */
    public static void main(String[] args) throws IOException, ReflectiveOperationException {
        Path jar = Path.of(Agent.place());
        load(new ZipFile(jar.toFile()), COMMAND_LINE)
                .getMethod("main", Path.class, String[].class)
                .invoke(null, jar, args);
    }

    /**
     * Called by the JVM that is looked at. Returns at once: a daemon thread answers, as long as the command listens.
     *
     * @param arguments a port of the loopback interface, a word that shows who is there, what is asked, and the jar's path
     * @param instrumentation the JVM's
     * @throws IOException if the jar cannot be read
     * @throws ReflectiveOperationException if it is not complete
     */
    public static void agentmain(String arguments, Instrumentation instrumentation)
            throws IOException, ReflectiveOperationException {
        String[] words = arguments.split(" ", 4);
        ZipFile jar = new ZipFile(words[3]);
        try {
            load(jar, VISITOR)
                    .getMethod("start", String[].class, Instrumentation.class, ZipFile.class)
                    .invoke(null, words, instrumentation, jar);
        } catch (InvocationTargetException e) {
            jar.close();
            throw e;
        }
    }

    /** By a loader of its own, so that nothing stays of a visit, and each is of the version that the command has. */
    private static Class<?> load(ZipFile jar, String name) throws ClassNotFoundException {
        return new PartLoader("acealloc-tool", Tool.class.getClassLoader(), jar, INSIDE, bytes -> bytes)
                .loadClass(name);
    }
}
