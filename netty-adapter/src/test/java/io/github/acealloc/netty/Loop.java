/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.netty.util.concurrent.DefaultEventExecutor;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An event loop of the tests': one thread that owns heaps, and ends when closed. */
public final class Loop implements AutoCloseable {
    private static final int SECONDS = 60;

    private final DefaultEventExecutor executor = new DefaultEventExecutor();

    /** What the loop runs: may throw anything. */
    @FunctionalInterface
    public interface Action {
        void run() throws Throwable;
    }

    public DefaultEventExecutor executor() {
        return executor;
    }

    /** Runs something on the loop and waits for its result; what it throws is thrown here. */
    public <T> T call(Callable<T> task) {
        try {
            if (executor.inEventLoop()) {
                return task.call();
            }
            return executor.submit(task).get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw Loop.<RuntimeException>asItIs(e.getCause());
        } catch (TimeoutException e) {
            throw new IllegalStateException("the loop does not answer", e);
        } catch (Exception e) {
            throw Loop.<RuntimeException>asItIs(e);
        }
    }

    public void run(Action action) {
        call(() -> {
            try {
                action.run();
            } catch (Throwable e) {
                throw Loop.<RuntimeException>asItIs(e);
            }
            return null;
        });
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the one way to throw what the task has thrown
    private static <E extends Throwable> E asItIs(Throwable e) throws E {
        throw (E) e;
    }

    /** Ends the thread and waits for that. */
    @Override
    public void close() {
        boolean ended =
                executor.shutdownGracefully(0, 0, TimeUnit.SECONDS).awaitUninterruptibly(SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            throw new IllegalStateException("the loop does not end");
        }
    }
}
