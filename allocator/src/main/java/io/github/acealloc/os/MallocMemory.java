/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;

/**
 * Direct memory from the C library by {@code Unsafe.allocateMemory}, the source for Java 17 to 21 on Linux.
 *
 * <p>Pages go back through a method that the JDK has for mapped files, {@code MappedMemoryUtils.unload0}: it is
 * {@code madvise(MADV_DONTNEED)} on whatever address it is given. The JDK offers it to nobody, so it is looked for and tried on
 * pages of our own when a source is made; where any step is refused there is no such source.
 *
 * <p>The library keeps some of what is freed. All pages go before, so what it keeps are addresses. This memory does not count
 * against {@code -XX:MaxDirectMemorySize}.
 */
final class MallocMemory extends PagedMemory {
    private static final System.Logger LOGGER = System.getLogger(MallocMemory.class.getName());

    private final MethodHandle allocate;
    private final MethodHandle free;
    private final MethodHandle unload;
    private final MethodHandle view;

    /** Whether a refusal has been said, or need not be. */
    private final AtomicBoolean purgeRefused = new AtomicBoolean(true);

    private MallocMemory(UnaryOperator<String> names) throws Throwable {
        JvmInside jvm = new JvmInside(names);
        allocate = jvm.unsafe("allocateMemory", long.class, long.class);
        free = jvm.unsafe("freeMemory", void.class, long.class);
        jvm.type("sun.nio.ch.IOUtil"); // loads the library that the next one is in
        unload = jvm.method("java.nio.MappedMemoryUtils", "unload0", long.class, long.class);
        view = view(jvm.trusted(), jvm.type("java.nio.DirectByteBuffer"));
        int page = (int) jvm.unsafe("pageSize", int.class).invokeExact();
        if (page != PAGE) {
            throw new UnsupportedOperationException("pages of " + page + " bytes");
        }
        probe();
        purgeRefused.set(false);
    }

    /** What makes a buffer over an address, as {@code NewDirectByteBuffer} of JNI does it; since Java 21 with a long capacity. */
    private static MethodHandle view(MethodHandles.Lookup trusted, Class<?> type) throws ReflectiveOperationException {
        MethodHandle view;
        try {
            view = trusted.findConstructor(type, MethodType.methodType(void.class, long.class, int.class));
        } catch (NoSuchMethodException e) {
            view = trusted.findConstructor(type, MethodType.methodType(void.class, long.class, long.class));
        }
        return view.asType(MethodType.methodType(ByteBuffer.class, long.class, int.class));
    }

    /**
     * Such a source where this JVM lets us have one.
     *
     * @param system what the operating system is called
     * @param names see {@link JvmInside}
     * @return {@code null} if not; why, is logged
     */
    @SuppressWarnings("CatchThrowable") // whatever is refused, direct buffers serve
    static OsMemory open(String system, UnaryOperator<String> names) {
        try {
            if (!system.toLowerCase(Locale.ROOT).contains("linux")) {
                throw new UnsupportedOperationException("not Linux but " + system);
            }
            return new MallocMemory(names);
        } catch (Throwable e) {
            LOGGER.log(
                    System.Logger.Level.DEBUG,
                    "direct memory comes from direct buffers, and only whole superslabs go back: " + e);
            return null;
        }
    }

    /** Gives the middle one of three pages back, and looks whether it is zeroed then, and the others are as they were. */
    private void probe() {
        Region region = reserve(3 * PAGE - SHIFT);
        try {
            ByteBuffer buffer = region.buffer();
            int second = PAGE - SHIFT;
            int third = second + PAGE;
            buffer.put(0, (byte) 1)
                    .put(second, (byte) 1)
                    .put(third - 1, (byte) 1)
                    .put(third, (byte) 1);
            if (!purge(region, second, PAGE)
                    || buffer.get(second) != 0
                    || buffer.get(third - 1) != 0
                    || buffer.get(0) != 1
                    || buffer.get(third) != 1) {
                throw new UnsupportedOperationException("a page was not given back when tried");
            }
        } finally {
            release(region);
        }
    }

    @Override
    public Region reserve(int bytes) {
        long mapped = mapped(bytes);
        long origin = allocate(bytes, mapped + PAGE - 1);
        try {
            long base = (origin + PAGE - 1) & -PAGE;
            discard(base, mapped); // it may be others' that the library kept, pages and all
            return Region.direct((ByteBuffer) view.invokeExact(base + SHIFT, bytes), origin, base + SHIFT);
        } catch (Throwable e) {
            free(origin);
            throw unexpected("a view of " + bytes + " bytes", e);
        }
    }

    private long allocate(int bytes, long needed) {
        try {
            return (long) allocate.invokeExact(needed);
        } catch (OutOfMemoryError e) {
            OutOfMemoryError error = new OutOfMemoryError("malloc of " + bytes + " bytes was refused by the system");
            error.initCause(e);
            throw error;
        } catch (Throwable e) {
            throw unexpected("malloc of " + bytes + " bytes", e);
        }
    }

    @Override
    public String source() {
        return "malloc";
    }

    @Override
    public void release(Region region) {
        purge(region, 0, region.bytes());
        free((long) region.origin());
    }

    private void free(long origin) {
        try {
            free.invokeExact(origin);
        } catch (Throwable e) {
            throw unexpected("free", e);
        }
    }

    @Override
    protected boolean discard(long address, long bytes) {
        try {
            unload.invokeExact(address, bytes);
            return true;
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            if (!purgeRefused.getAndSet(true)) {
                LOGGER.log(
                        System.Logger.Level.WARNING,
                        "the system refused to take back " + bytes + " bytes of free pages: " + e.getMessage()
                                + "; is the process's memory locked (mlockall)? They stay resident; said once");
            }
            return false;
        }
    }

    private static RuntimeException unexpected(String what, Throwable e) {
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException exception ? exception : new IllegalStateException(what, e);
    }
}
