/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.netty.buffer.AbstractByteBuf;
import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.lang.reflect.Field;

/**
 * Whether somebody has put a leak detector of his own in the place of Netty's, by the property
 * {@code io.netty.customResourceLeakDetector} or through {@code ResourceLeakDetectorFactory}.
 *
 * <p>Such a detector may mean to see each buffer, as Netty's {@code LeakPresenceDetector} does, so it gets each. Netty asks the
 * factory once, when its class of buffers is loaded; what counts is the detector that it got then. Where that cannot be read
 * (Netty is a module that is not open to us), the one that the factory would make now stands for it.
 */
final class CustomLeakDetector {
    /** Decided once, as Netty does, and a constant of the JVM: compiled code has one of the two. */
    static final boolean INSTALLED = isCustom(detector());

    private CustomLeakDetector() {}

    private static ResourceLeakDetector<?> detector() {
        try {
            Field field = AbstractByteBuf.class.getDeclaredField("leakDetector");
            field.setAccessible(true);
            return (ResourceLeakDetector<?>) field.get(null);
        } catch (ReflectiveOperationException | RuntimeException e) {
            return ResourceLeakDetectorFactory.instance().newResourceLeakDetector(ByteBuf.class);
        }
    }

    private static boolean isCustom(ResourceLeakDetector<?> detector) {
        return detector.getClass() != ResourceLeakDetector.class || !drawsNettysLot(detector);
    }

    /** A factory may also make Netty's own detector with another interval than Netty's. */
    private static boolean drawsNettysLot(ResourceLeakDetector<?> detector) {
        try {
            Field field = ResourceLeakDetector.class.getDeclaredField("samplingInterval");
            field.setAccessible(true);
            return field.getInt(detector) == LeakSampling.INTERVAL;
        } catch (ReflectiveOperationException | RuntimeException e) {
            return true;
        }
    }
}
