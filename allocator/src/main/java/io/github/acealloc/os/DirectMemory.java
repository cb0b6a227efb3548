/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToLongFunction;

/**
 * Memory from direct buffers, the source up to Java 23 where there is no better one.
 *
 * <p>It counts against the JVM's {@code -XX:MaxDirectMemorySize}. Memory is given back at once through
 * {@code Unsafe.invokeCleaner}, which these versions offer for exactly this; where it is missing, the garbage collector
 * gives it back later.
 */
public final class DirectMemory implements OsMemory {
    private static final System.Logger LOGGER = System.getLogger(DirectMemory.class.getName());
    private static final AtomicBoolean ADVISED = new AtomicBoolean();
    private static final int FEATURE_WITH_NATIVE_ACCESS = 22;

    /** From here on {@code Unsafe.invokeCleaner} prints a warning, and arenas serve instead. */
    private static final int FEATURE_WITH_ARENAS = 24;

    private static final String FFM = "io.github.acealloc.os.ffm.";
    private static final String NATIVE = "FfmMemory";

    private final MethodHandle clean;
    private final ToLongFunction<ByteBuffer> addressOf;

    DirectMemory() {
        MethodHandle clean = null;
        ToLongFunction<ByteBuffer> addressOf = buffer -> 0;
        try {
            JvmInside jvm = new JvmInside(name -> name);
            clean = jvm.unsafe("invokeCleaner", void.class, ByteBuffer.class);
            addressOf = addressReader(jvm);
        } catch (Throwable e) {
            // This JVM hides its Unsafe: the garbage collector frees the memory, and there are no addresses.
        }
        this.clean = clean;
        this.addressOf = addressOf;
    }

    private static ToLongFunction<ByteBuffer> addressReader(JvmInside jvm) throws Throwable {
        Field address = Buffer.class.getDeclaredField("address");
        long offset =
                (long) jvm.unsafe("objectFieldOffset", long.class, Field.class).invokeExact(address);
        MethodHandle getLong = jvm.unsafe("getLong", long.class, Object.class, long.class);
        return buffer -> {
            try {
                return (long) getLong.invokeExact((Object) buffer, offset);
            } catch (Throwable e) {
                throw new IllegalStateException("the address of " + buffer + " could not be read", e);
            }
        };
    }

    /** Native memory where the JVM lets us, else arenas, else direct buffers. Says once what an option of the JVM would bring. */
    static OsMemory best() {
        int feature = Runtime.version().feature();
        try {
            if (feature >= FEATURE_WITH_NATIVE_ACCESS) {
                OsMemory mapped = isSupported() ? mapped() : null;
                if (mapped != null) {
                    return mapped;
                }
                adviseNativeAccess();
            } else {
                OsMemory malloc = MallocMemory.open(System.getProperty("os.name"), name -> name);
                if (malloc != null) {
                    return malloc;
                }
            }
            return feature < FEATURE_WITH_ARENAS
                    ? new DirectMemory()
                    : load("ArenaMemory").getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(FFM + " cannot be used; is the jar complete?", e);
        }
    }

    private static void adviseNativeAccess() throws ReflectiveOperationException {
        boolean lacksAccess = (boolean) load(NATIVE).getMethod("fits").invoke(null) && !isSupported();
        if (lacksAccess && !ADVISED.getAndSet(true)) {
            Module module = DirectMemory.class.getModule();
            LOGGER.log(
                    System.Logger.Level.INFO,
                    "with --enable-native-access=" + (module.isNamed() ? module.getName() : "ALL-UNNAMED")
                            + " free memory would go back to the system page by page; without it, in pieces of 2 MiB");
        }
    }

    /**
     * A handle for reading and writing native memory by address, big-endian, unaligned.
     *
     * @param type {@code byte}, {@code short}, {@code int} or {@code long}
     * @return a handle with one coordinate, the address as a {@code long}; {@code null} where native access is not
     *     enabled
     */
    public static VarHandle access(Class<?> type) {
        if (Runtime.version().feature() < FEATURE_WITH_NATIVE_ACCESS) {
            return null;
        }
        try {
            if (!isSupported()) {
                return null;
            }
            Class<?> access = Class.forName(FFM + "FfmAccess");
            return (VarHandle) access.getMethod("handle", Class.class).invoke(null, type);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(FFM + " cannot be used; is the jar complete?", e);
        }
    }

    /** Memory from the system's own calls; {@code null} where they cannot be called. */
    private static OsMemory mapped() throws ReflectiveOperationException {
        try {
            return load(NATIVE).getConstructor().newInstance();
        } catch (InvocationTargetException e) {
            return null;
        }
    }

    private static boolean isSupported() throws ReflectiveOperationException {
        return (boolean) load(NATIVE).getMethod("isSupported").invoke(null);
    }

    private static Class<? extends OsMemory> load(String name) throws ClassNotFoundException {
        return Class.forName(FFM + name).asSubclass(OsMemory.class);
    }

    @Override
    public Region reserve(int bytes) {
        if (bytes > Integer.MAX_VALUE - ALIGNMENT) {
            throw new OutOfMemoryError(
                    "bytes: " + bytes + " (expected: at most " + (Integer.MAX_VALUE - ALIGNMENT) + ")");
        }
        JavaHeapRoom.check();
        ByteBuffer origin = allocate(bytes + ALIGNMENT - 1);
        try {
            int skipped = -origin.alignmentOffset(0, ALIGNMENT) & (ALIGNMENT - 1);
            ByteBuffer memory = origin.slice(skipped, bytes);
            return Region.direct(memory, origin, addressOf.applyAsLong(memory));
        } catch (Throwable e) {
            free(origin);
            throw e;
        }
    }

    private ByteBuffer allocate(int bytes) {
        if (JvmDirectLimit.OF_THIS_JVM.refuses(bytes)) {
            throw refusal(bytes);
        }
        try {
            ByteBuffer origin = ByteBuffer.allocateDirect(bytes);
            if (clean != null) {
                JvmDirectLimit.OF_THIS_JVM.taken(bytes);
            }
            return origin;
        } catch (OutOfMemoryError e) {
            JvmDirectLimit.OF_THIS_JVM.refused();
            OutOfMemoryError refusal = refusal(bytes);
            refusal.initCause(e);
            throw refusal;
        }
    }

    private static OutOfMemoryError refusal(int bytes) {
        return new OutOfMemoryError(
                "the JVM has no " + bytes + " bytes of direct memory (limit: " + JvmDirectLimit.OF_THIS_JVM + ")");
    }

    @Override
    public void release(Region region) {
        free((ByteBuffer) region.origin());
    }

    private void free(ByteBuffer origin) {
        if (clean == null) {
            return;
        }
        try {
            clean.invokeExact(origin);
            JvmDirectLimit.OF_THIS_JVM.given(origin.capacity());
        } catch (Throwable e) {
            throw new IllegalStateException("direct memory of " + origin.capacity() + " bytes could not be freed", e);
        }
    }

    @Override
    public String source() {
        return "direct buffers of the JDK";
    }

    @Override
    public boolean isDirect() {
        return true;
    }
}
