/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.util.zip.ZipFile;

/** The jar as a command: {@code java -jar ace-alloc-agent.jar doctor PID}. */
public final class Tool {
    private static final String INSIDE = "inside/";
    private static final String COMMAND_LINE = "io.github.acealloc.agent.tool.CommandLine";

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

    /** By a loader of its own, so that nothing stays of a visit, and each is of the version that the command has. */
    static Class<?> load(ZipFile jar, String name) throws ClassNotFoundException {
        return new PartLoader("acealloc-tool", Tool.class.getClassLoader(), jar, INSIDE, bytes -> bytes)
                .loadClass(name);
    }
}
