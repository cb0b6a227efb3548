/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import java.lang.System.Logger;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Gives tasks to executors that belong to somebody else: what those throw is never the error of whoever asks here. */
final class ForeignExecutor {
    private static final Logger LOGGER = System.getLogger(ForeignExecutor.class.getName());

    private ForeignExecutor() {}

    /**
     * Gives an executor a task.
     *
     * @param executor an event loop, perhaps one that is shutting down: then its thread gives its heap back as it ends
     * @param task what to run there
     * @return whether the executor took it
     */
    static boolean execute(Executor executor, Runnable task) {
        try {
            executor.execute(task);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        } catch (Throwable e) {
            LOGGER.log(Logger.Level.WARNING, "an event loop failed to take a task: " + executor, e);
            return false;
        }
    }
}
