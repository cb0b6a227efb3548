/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.tool;

import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * The JVM that is looked at, after all that can be seen from outside has been checked: attaching sends a signal, which would end a
 * process that is none.
 *
 * @param pid its process id
 */
record TargetJvm(long pid) {
    private static final Path PROCESSES = Path.of("/proc");
    private static final int LONGEST_NAME = 30;

    static TargetJvm of(long pid) throws Failure {
        if (ModuleLayer.boot().findModule("jdk.attach").isEmpty()) {
            throw Failure.of("This Java runtime (" + System.getProperty("java.home")
                    + ") has no module jdk.attach: run the command with a full JDK's java, 17 or later");
        }
        ProcessHandle process = ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .orElseThrow(() -> Failure.of(
                        "PID: " + pid + " (expected: a running process): there is none; jps -l lists the JVMs"));
        checkUser(process);
        if (!isJvm(pid)) {
            throw Failure.of("PID: " + pid + " (expected: a JVM): it is "
                    + process.info()
                            .command()
                            .map(name -> "not one but " + name)
                            .orElse("not one")
                    + "; jps -l lists the JVMs");
        }
        return new TargetJvm(pid);
    }

    private static void checkUser(ProcessHandle process) throws Failure {
        Optional<String> user = process.info().user();
        String own = ProcessHandle.current().info().user().orElse("");
        if (user.isPresent()
                && !own.equals("root")
                && !own.isEmpty()
                && !user.get().equals(own)) {
            throw Failure.of("PID: " + process.pid() + " belongs to " + user.get() + ", and this command runs as " + own
                    + ": run it as " + user.get() + " (sudo -u " + user.get() + " java -jar …)");
        }
    }

    /** On Linux by its library, if it may be read; elsewhere, and where a JVM hides nothing, by what JVMs tell of themselves. */
    private static boolean isJvm(long pid) {
        String id = Long.toString(pid);
        if (VirtualMachine.list().stream().anyMatch(machine -> machine.id().equals(id))) {
            return true;
        }
        try (Stream<String> maps = Files.lines(PROCESSES.resolve(id).resolve("maps"))) {
            return maps.anyMatch(line -> line.contains("/libjvm.so") || line.contains("/libj9vm"));
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    boolean isAlive() {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /** The process's memory as the system counts it, in bytes; -1 where that is not known. */
    long residentBytes() {
        try (Stream<String> lines =
                Files.lines(PROCESSES.resolve(Long.toString(pid)).resolve("status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
                    .findFirst()
                    .orElse(-1);
        } catch (IOException | RuntimeException e) {
            return -1;
        }
    }

    /** For humans: what it is and runs, in at most 65 characters. */
    String title(Properties properties) {
        String command = properties.getProperty("sun.java.command", "?").split(" ", 2)[0];
        return "JVM " + pid + "  Java " + properties.getProperty("java.version") + "  "
                + shortened(command.substring(command.lastIndexOf('/') + 1));
    }

    private static String shortened(String name) {
        String last = name.length() > LONGEST_NAME ? name.substring(name.lastIndexOf('.') + 1) : name;
        String shown = last.equals("jar") ? name : last;
        return shown.length() > LONGEST_NAME ? shown.substring(0, LONGEST_NAME - 1) + "…" : shown;
    }
}
