/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.micro;

import io.github.acealloc.bench.AllocatorKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.internal.ThreadExecutorMap;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The one allocator of a benchmark's JVM, shared by its threads as a server's event loops share theirs. */
@State(Scope.Benchmark)
public class AllocatorState {
    private static volatile ByteBufAllocator current;

    @Param
    public AllocatorKind allocator;

    @Param
    public BufferKind kind;

    ByteBufAllocator instance;
    private boolean direct;

    /** Creates the allocator; refuses to measure on a thread that is no event loop. */
    @Setup(Level.Trial)
    public void create() {
        if (ThreadExecutorMap.currentExecutor() == null) {
            throw new IllegalStateException("thread: " + Thread.currentThread() + " (expected: an event loop; use "
                    + EventLoopExecutor.SELECT + " " + EventLoopExecutor.CLASS + ")");
        }
        instance = allocator.create();
        direct = kind == BufferKind.DIRECT;
        current = instance;
    }

    /** Returns the allocator of this JVM, or {@code null} before it is made. */
    static ByteBufAllocator current() {
        return current;
    }

    ByteBuf allocate(int size) {
        return direct ? instance.directBuffer(size) : instance.heapBuffer(size);
    }
}
