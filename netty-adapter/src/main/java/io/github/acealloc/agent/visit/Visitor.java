/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.visit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.lang.instrument.Instrumentation;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.ZipFile;

/**
 * Answers a command from inside the JVM that it looks at, line by line over the loopback interface, until the command hangs up.
 *
 * <p>Each answer ends with the line {@code end}. A line that begins with {@code failed} says what went wrong.
 */
public final class Visitor implements Runnable {
    private static final byte[] LOOPBACK = {127, 0, 0, 1};
    private static final int CONNECT_MILLIS = 5_000;

    private final String[] words;
    private final Instrumentation instrumentation;
    private final ZipFile jar;

    private Visitor(String[] words, Instrumentation instrumentation, ZipFile jar) {
        this.words = words;
        this.instrumentation = instrumentation;
        this.jar = jar;
    }

    /**
     * Begins a visit.
     *
     * @param words the port, the word that shows who is there, what is asked, and the jar's path
     * @param instrumentation the JVM's
     * @param jar closed when the visit ends
     */
    public static void start(String[] words, Instrumentation instrumentation, ZipFile jar) {
        Thread thread = new Thread(null, new Visitor(words, instrumentation, jar), "acealloc-visitor", 0, false);
        thread.setDaemon(true);
        thread.setContextClassLoader(null);
        thread.start();
    }

    @Override
    public void run() {
        try (jar;
                Socket socket = new Socket(Proxy.NO_PROXY)) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getByAddress(LOOPBACK), Integer.parseInt(words[0])),
                    CONNECT_MILLIS);
            answer(
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)),
                    new PrintWriter(new OutputStreamWriter(socket.getOutputStream(), StandardCharsets.UTF_8)));
        } catch (IOException e) {
            // The command is gone: nobody is there to be told, and the server's own output is not the place.
        }
    }

    private void answer(BufferedReader in, PrintWriter out) throws IOException {
        out.println(words[1]);
        out.flush();
        while (in.readLine() != null) {
            lines().forEach(out::println);
            out.println("end");
            if (out.checkError()) {
                return;
            }
        }
    }

    @SuppressWarnings("CatchThrowable") // the server has to run, and the command is to hear of it
    private List<String> lines() {
        try {
            Mirror mirror = new Mirror(instrumentation);
            Class<?>[] loaded = instrumentation.getAllLoadedClasses();
            return words[2].equals("doctor")
                    ? new Doctor(mirror, loaded, words[3]).lines()
                    : new Reading(mirror).lines(Engines.find(mirror, loaded));
        } catch (Throwable e) {
            return List.of("failed\t" + e.toString().replaceAll("\\s+", " "));
        }
    }
}
