/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.order;

import io.github.acealloc.heap.HeapRegistry;
import java.util.concurrent.Executor;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * A loop that attaches while the allocator is closed is told so, or is asked to give its heap back: who adds a heap looks
 * at {@code closed} afterwards, who closes looks at the heaps afterwards.
 */
public class CloseAttach {
    /** The registry itself. The first figure says that the loop has a heap, the second that it was asked for it. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "0, 1", "1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "no heap, or asked for it")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a heap that nobody asks for")
    @State
    public static class Real implements Executor {
        private final HeapRegistry registry = Heaps.registry();
        private int asked;
        private int attached;

        @Override
        public void execute(Runnable task) {
            task.run();
        }

        @Actor
        public void loop() {
            try {
                registry.attach(this);
                attached = 1;
            } catch (IllegalStateException closed) {
                attached = 0;
            }
        }

        @Actor
        public void close() {
            registry.close(() -> asked = 1);
        }

        @Arbiter
        public void end(II_Result r) {
            r.r1 = attached;
            r.r2 = asked;
        }
    }

    /** Looks at {@code closed} before it adds the heap, and not again. */
    @JCStressTest
    @Outcome(
            id = {"0, 0", "0, 1", "1, 1"},
            expect = Expect.ACCEPTABLE,
            desc = "no heap, or asked for it")
    @Outcome(expect = Expect.FORBIDDEN, desc = "a heap that nobody asks for")
    @State
    public static class NoSecondLookTwin {
        private volatile boolean closed;
        private volatile boolean added;
        private int asked;
        private int attached;

        @Actor
        public void loop() {
            if (!closed) {
                Window.open();
                added = true;
                attached = 1;
            }
        }

        @Actor
        public void close() {
            closed = true;
            asked = added ? 1 : 0;
        }

        @Arbiter
        public void end(II_Result r) {
            r.r1 = attached;
            r.r2 = asked;
        }
    }
}
