/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.fuzz;

import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import java.lang.reflect.Method;
import java.util.concurrent.TimeUnit;

/** The kinds of threads that run a program for a while. */
enum Actor {
    /** Owns heaps, which are left with what is live when it ends. */
    LOOP {
        @Override
        void run(Runnable life) throws InterruptedException {
            DefaultEventExecutor executor = new DefaultEventExecutor();
            executor.execute(life);
            Future<?> end = executor.shutdownGracefully(0, 0, TimeUnit.SECONDS);
            if (!end.await(1, TimeUnit.HOURS)) {
                throw new IllegalStateException("the loop does not end");
            }
        }
    },
    /** Netty's kind of thread, without a loop. */
    FAST {
        @Override
        void run(Runnable life) throws InterruptedException {
            runAndJoin(new FastThreadLocalThread(life));
        }
    },
    /** Any thread. */
    PLAIN {
        @Override
        void run(Runnable life) throws InterruptedException {
            runAndJoin(new Thread(life));
        }
    },
    /** A virtual thread where there are such. */
    VIRTUAL {
        @Override
        void run(Runnable life) throws InterruptedException {
            try {
                Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
                ((Thread) start.invoke(null, life)).join();
            } catch (NoSuchMethodException e) {
                PLAIN.run(life); // before Java 21
            } catch (ReflectiveOperationException e) {
                throw new LinkageError("cannot start a virtual thread", e);
            }
        }
    };

    /** Runs something on a fresh thread and waits until that has ended. */
    abstract void run(Runnable life) throws InterruptedException;

    private static void runAndJoin(Thread thread) throws InterruptedException {
        thread.start();
        thread.join();
    }
}
