/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.visit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Finds ACE's allocators in a JVM: those of each class loader that has ACE. */
final class Engines {
    static final String ALLOCATOR = "AceByteBufAllocator";

    private Engines() {}

    /**
     * One allocator.
     *
     * @param type its class
     * @param name {@code default} or a number
     * @param direct figures of its direct memory: an {@code AceStats}
     * @param heap of that on the Java heap
     */
    record Engine(Class<?> type, String name, Object direct, Object heap) {
        /** Netty's class that the allocator extends: it tells one copy of Netty from another. */
        Class<?> netty() {
            return type.getSuperclass();
        }

        List<Object> figures() {
            return List.of(direct, heap);
        }
    }

    /** All of them, with their figures now. */
    static List<Engine> find(Mirror mirror, Class<?>[] loaded) throws ReflectiveOperationException {
        List<Engine> engines = new ArrayList<>();
        for (Class<?> type : loaded) {
            if (Mirror.simpleName(type).equals(ALLOCATOR) && mirror.isInitialized(type)) {
                Class<?> door = Class.forName(type.getPackageName() + ".AceAllocators", true, type.getClassLoader());
                Map<?, ?> metrics = (Map<?, ?>) mirror.call(door, null, "metrics");
                for (Map.Entry<?, ?> entry : metrics.entrySet()) {
                    Object metric = entry.getValue();
                    engines.add(new Engine(
                            type,
                            entry.getKey().toString(),
                            mirror.call(metric.getClass(), metric, "directStats"),
                            mirror.call(metric.getClass(), metric, "heapStats")));
                }
            }
        }
        return engines;
    }
}
