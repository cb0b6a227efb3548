/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.acealloc.bench.AllocatorKind;
import io.github.acealloc.bench.http.EchoServer;
import io.github.acealloc.bench.http.ServerReading;
import io.netty.buffer.ByteBufAllocator;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The child process of the HTTP workload: a server that answers each line on its standard input with a reading, and
 * ends when its input ends.
 */
@Command(name = ServerCommand.NAME, hidden = true, description = "Runs the HTTP server under test.")
public final class ServerCommand implements Callable<Integer> {
    public static final String NAME = "http-server";

    @Option(names = "--allocator", required = true, description = "The allocator under test.")
    AllocatorKind allocator;

    @Override
    public Integer call() throws Exception {
        ObjectMapper mapper = new ObjectMapper();
        ByteBufAllocator instance = allocator.create();
        try (EchoServer server = new EchoServer(instance);
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            do {
                System.out.println(mapper.writeValueAsString(ServerReading.of(server, instance)));
            } while (in.readLine() != null);
        }
        return 0;
    }
}
