/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent;

import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.util.zip.ZipFile;

/**
 * What a command of {@link Tool} has another JVM load, and lets its visitor in.
 *
 * <p>Apart from {@link Agent}, which is only there where the agent was given: here no class is changed. Apart from {@link Tool}, which
 * also has to say its one line on a Java runtime without instrumentation.
 */
public final class Guest {
    private static final String VISITOR = "io.github.acealloc.agent.visit.Visitor";

    private Guest() {}

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
            Tool.load(jar, VISITOR)
                    .getMethod("start", String[].class, Instrumentation.class, ZipFile.class)
                    .invoke(null, words, instrumentation, jar);
        } catch (InvocationTargetException e) {
            jar.close();
            throw e;
        }
    }
}
