/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.micrometer;

import io.github.acealloc.AceStats;
import io.github.acealloc.netty.AceAllocatorMetric;
import io.github.acealloc.netty.AceByteBufAllocator;
import io.github.acealloc.netty.watch.Moment;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * What Micrometer's own {@code NettyAllocatorMetrics} does not tell of an ACE allocator: what is live and cached, the limit, how well
 * the caches serve, and how much the control loop decides.
 *
 * <p>{@code new AceMetrics(AceByteBufAllocator.DEFAULT).bindTo(registry)}. The registry holds the allocator weakly. Figures that are
 * read within a fifth of a second are of one moment. There are no meters for each size class: they would be hundreds.
 */
public final class AceMetrics implements MeterBinder {
    private final AceByteBufAllocator allocator;

    /**
     * Of one allocator.
     *
     * @param allocator held by this object, and not by the registry
     */
    public AceMetrics(AceByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Tags id = Tags.of("id", allocator.name());
        bind(registry, id.and("memory.type", "direct"), AceAllocatorMetric::directStats);
        bind(registry, id.and("memory.type", "heap"), AceAllocatorMetric::heapStats);
        FunctionCounter.builder("acealloc.decisions", allocator, a -> a.metric().decisions())
                .description("What the control loop has decided")
                .tags(id)
                .register(registry);
    }

    private void bind(MeterRegistry registry, Tags tags, Function<AceAllocatorMetric, AceStats> source) {
        Moment moment = new Moment(); // knows figures only, so that it may be held
        Function<AceByteBufAllocator, AceStats> stats = a -> moment.of(() -> source.apply(a.metric()));
        bytes(registry, tags, "live", "What buffers hold", a -> stats.apply(a).liveBytes());
        bytes(
                registry,
                tags,
                "cached",
                "What is ready in caches",
                a -> stats.apply(a).cachedBytes());
        bytes(
                registry,
                tags,
                "committed",
                "What the allocator has from the system",
                a -> stats.apply(a).committedBytes());
        bytes(
                registry,
                tags,
                "limit",
                "What committed memory never exceeds",
                a -> stats.apply(a).limitBytes());
        Gauge.builder("acealloc.heaps", allocator, a -> stats.apply(a).heaps())
                .description("Heaps of event loops, and those that other threads share")
                .tags(tags)
                .register(registry);
        Gauge.builder("acealloc.hit.rate", allocator, a -> stats.apply(a).hotShare())
                .description("The share of all allocations that a hot cache served")
                .tags(tags)
                .register(registry);
        FunctionCounter.builder(
                        "acealloc.allocations", allocator, a -> stats.apply(a).allocations())
                .description("Buffers handed out, those above 1 MiB not among them")
                .tags(tags)
                .register(registry);
    }

    private void bytes(
            MeterRegistry registry,
            Tags tags,
            String name,
            String description,
            ToDoubleFunction<AceByteBufAllocator> figure) {
        Gauge.builder("acealloc.memory." + name, allocator, figure)
                .description(description)
                .tags(tags)
                .baseUnit(BaseUnits.BYTES)
                .register(registry);
    }
}
