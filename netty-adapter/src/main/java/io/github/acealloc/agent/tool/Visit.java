/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.tool;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The way into another JVM: an agent of ours that it has loaded, and which answers over the loopback interface. No file is written.
 *
 * <p>It is loaded once for as many questions as are asked, for each time the JVM may print a warning.
 */
final class Visit implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 10;
    private static final int OLDEST_JAVA = 17;
    private static final byte[] LOOPBACK = {127, 0, 0, 1};

    private final TargetJvm target;
    private final Socket socket;
    private final BufferedReader in;
    private final PrintWriter out;
    private final Properties properties;

    private Visit(TargetJvm target, Socket socket, BufferedReader in, Properties properties) throws IOException {
        this.target = target;
        this.socket = socket;
        this.in = in;
        this.properties = properties;
        out = new PrintWriter(socket.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    /**
     * Begins a visit.
     *
     * @param target whom
     * @param jar the agent's
     * @param question {@code doctor} or {@code stat}
     */
    static Visit to(TargetJvm target, Path jar, String question) throws Failure {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        String word = HexFormat.of().formatHex(random);
        try (ServerSocket door = new ServerSocket(0, 1, InetAddress.getByAddress(LOOPBACK))) {
            door.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            String arguments = door.getLocalPort() + " " + word + " " + question + " " + jar;
            Properties properties = withPatience(target, jar, arguments);
            Socket socket = door.accept();
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            if (!word.equals(in.readLine())) {
                throw Failure.of("another process has answered in the place of JVM " + target.pid() + ": try again");
            }
            return new Visit(target, socket, in, properties);
        } catch (SocketTimeoutException e) {
            throw hangs(target);
        } catch (IOException e) {
            throw Failure.of("JVM " + target.pid() + " cannot be listened to: " + e.getMessage());
        }
    }

    /** In a thread of its own, which is left alone where it hangs: nothing ends a read from a JVM that is stopped. */
    private static Properties withPatience(TargetJvm target, Path jar, String arguments) throws Failure {
        CompletableFuture<Properties> loaded = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        loaded.complete(load(target, jar, arguments));
                    } catch (Throwable e) {
                        loaded.completeExceptionally(e);
                    }
                },
                "attach");
        thread.setDaemon(true);
        thread.start();
        try {
            return loaded.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw hangs(target);
        } catch (ExecutionException e) {
            throw failure(target, jar, e.getCause());
        } catch (InterruptedException e) {
            throw Failure.of("interrupted");
        }
    }

    private static Properties load(TargetJvm target, Path jar, String arguments)
            throws IOException, AttachNotSupportedException, AgentLoadException, AgentInitializationException, Failure {
        VirtualMachine machine = VirtualMachine.attach(Long.toString(target.pid()));
        try {
            Properties properties = machine.getSystemProperties();
            String version = properties.getProperty("java.specification.version", "");
            if (version.startsWith("1.") || Integer.parseInt(version) < OLDEST_JAVA) {
                throw Failure.of("JVM " + target.pid() + " runs Java " + version + " (expected: " + OLDEST_JAVA
                        + " or later, as ACE needs)");
            }
            machine.loadAgent(jar.toString(), arguments);
            return properties;
        } finally {
            machine.detach();
        }
    }

    private static Failure hangs(TargetJvm target) {
        return !target.isAlive()
                ? ended(target)
                : Failure.of("JVM " + target.pid() + " has not answered within " + PATIENCE_SECONDS
                        + " s: it hangs, is stopped (kill -CONT " + target.pid() + "), or is ending");
    }

    private static Failure ended(TargetJvm target) {
        return Failure.of("JVM " + target.pid() + " has ended");
    }

    private static Failure failure(TargetJvm target, Path jar, Throwable e) {
        String jvm = "JVM " + target.pid();
        String message = String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
        if (e instanceof Failure failure) {
            return failure;
        }
        if (message.contains("does not support the attach mechanism")) {
            return Failure.of(jvm + " forbids attaching: start it without -XX:+DisableAttachMechanism");
        }
        if (message.contains("Dynamic agent loading is not enabled")) {
            return Failure.of(jvm + " forbids loading agents: start it with -XX:+EnableDynamicAgentLoading, and without"
                    + " -XX:-EnableDynamicAgentLoading");
        }
        if (!target.isAlive()) {
            return ended(target);
        }
        if (e instanceof AgentLoadException) {
            return Failure.of(jvm + " cannot load " + jar + ": " + message
                    + "; its user must be able to read that file, in a container at the same path, and it needs the"
                    + " module java.instrument");
        }
        return Failure.of(jvm + " cannot be attached to: " + message
                + "; it must be of the same user and container, and its working directory or /tmp be writable");
    }

    /** That JVM's system properties. */
    Properties properties() {
        return properties;
    }

    /** Asks once more; the answer's lines. */
    List<String> ask() throws Failure {
        List<String> lines = new ArrayList<>();
        try {
            out.println("next");
            for (String line = in.readLine(); !"end".equals(line); line = in.readLine()) {
                if (line == null) {
                    throw ended(target);
                }
                if (line.startsWith("failed\t")) {
                    throw Failure.of(
                            "JVM " + target.pid() + " cannot be read: " + line.substring(line.indexOf('\t') + 1));
                }
                lines.add(line);
            }
        } catch (SocketTimeoutException e) {
            throw hangs(target);
        } catch (IOException e) {
            throw ended(target);
        }
        return lines;
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // It is gone either way.
        }
    }
}
