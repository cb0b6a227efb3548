/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** One task for a heap's owner, on its way there; run by the owner's executor. */
record OwnerTask(OwnerTasks owner, Executor executor, OwnerRequest request, Consumer<ThreadHeap> task)
        implements Runnable {
    /** Gives it to the executor, which may take as long as it likes. */
    void handOver() {
        boolean taken = ForeignExecutor.execute(executor, this);
        owner.refused(!taken);
        if (!taken) {
            request.end();
        }
    }

    /** It is not handed over: the executor is still busy with another one. */
    void drop() {
        owner.refused(true);
        request.end();
    }

    @Override
    public void run() {
        request.end();
        owner.run(task);
    }
}
