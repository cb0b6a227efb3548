/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench;

import io.github.acealloc.netty.AceByteBufAllocator;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.util.List;

/**
 * An allocator under test, made afresh with the settings a Netty user gets by default.
 *
 * <p>The defaults are also the rivals' best settings here, because every measured thread is an event loop (see
 * {@link io.github.acealloc.bench.micro.EventLoopExecutor}). Pooled gives each such thread its cache whatever
 * {@code useCacheForAllThreads} says. Adaptive gives a thread its own magazines if the thread cleans up its fast
 * thread locals, its executor is known, and the heap is larger than 512 MiB; all three hold in every child JVM.
 * Both constructors choose direct or heap exactly as Netty's own default instances do.
 *
 * <p>ACE alone can be made with other limits: those of the property {@link KnobSetting#PROPERTY}.
 */
public enum AllocatorKind implements Contestant {
    ACE("ACE", "ACE-Alloc") {
        @Override
        public ByteBufAllocator create() {
            String setting = System.getProperty(KnobSetting.PROPERTY);
            return setting == null
                    ? new AceByteBufAllocator()
                    : KnobSetting.parse(setting).create();
        }
    },
    POOLED("Pooled", "Netty's pooled allocator, the default of Netty 4.1") {
        @Override
        public ByteBufAllocator create() {
            return new PooledByteBufAllocator(PlatformDependent.directBufferPreferred());
        }
    },
    ADAPTIVE("Adaptive", "Netty's adaptive allocator, the default of Netty 4.2") {
        @Override
        public ByteBufAllocator create() {
            return new AdaptiveByteBufAllocator();
        }
    },
    UNPOOLED("Unpooled", "Netty's unpooled allocator: asks the system each time") {
        @Override
        public ByteBufAllocator create() {
            return new UnpooledByteBufAllocator(PlatformDependent.directBufferPreferred());
        }
    };

    private final String label;
    private final String summary;

    AllocatorKind(String label, String summary) {
        this.label = label;
        this.summary = summary;
    }

    @Override
    public String label() {
        return label;
    }

    @Override
    public AllocatorKind kind() {
        return this;
    }

    @Override
    public List<String> jvmArgs() {
        return List.of();
    }

    /** One line on what it is. */
    public String summary() {
        return summary;
    }

    /** Returns a new allocator that shares nothing with any other. */
    public abstract ByteBufAllocator create();
}
