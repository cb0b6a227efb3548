/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.memory;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A few of Netty's own event loops; closing them ends their threads. */
final class Loops implements AutoCloseable {
    private static final int SECONDS_FOR_A_TASK = 300;
    private static final int SECONDS_TO_END = 30;

    /** What one event loop does. */
    interface Task<T> {
        T run(int loop) throws Exception;
    }

    private final EventLoopGroup group;
    private final List<EventLoop> loops = new ArrayList<>();

    /** Starts the threads. */
    Loops(int count) throws InterruptedException, ExecutionException, TimeoutException {
        group = new MultiThreadIoEventLoopGroup(count, NioIoHandler.newFactory());
        group.forEach(loop -> loops.add((EventLoop) loop));
        onEach(loop -> loop);
    }

    /** Runs a task on every event loop, side by side; returns what they returned, in the order of the loops. */
    <T> List<T> onEach(Task<T> task) throws InterruptedException, ExecutionException, TimeoutException {
        List<Future<T>> futures = new ArrayList<>();
        for (int i = 0; i < loops.size(); i++) {
            int loop = i;
            futures.add(loops.get(i).submit(() -> task.run(loop)));
        }
        List<T> results = new ArrayList<>();
        for (Future<T> future : futures) {
            results.add(future.get(SECONDS_FOR_A_TASK, TimeUnit.SECONDS));
        }
        return results;
    }

    /** Ends the threads; when it returns, they have let go of all that Netty keeps for a thread. */
    @Override
    public void close() {
        if (!group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(SECONDS_TO_END, TimeUnit.SECONDS)) {
            throw new IllegalStateException(
                    "event loops: still running (expected: ended within " + SECONDS_TO_END + " s)");
        }
    }
}
