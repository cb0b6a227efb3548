/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Every public method of a buffer does what the same method of Netty's pooled buffer does, for good arguments and bad
 * ones, live and released: the same results, errors, indices and bytes.
 */
@ExtendWith(NoLeakDetection.class)
class TwinTest {
    static final int CAPACITY = 16; // all of it written
    private static final int MAX_CAPACITY = 64;
    private static final int FEATURE_WITH_UNSAFE_WARNINGS = 24;

    /** What says where the memory is or whose it is; each has a test elsewhere. */
    private static final Set<String> NOT_COMPARED =
            Set.of("memoryAddress", "hasMemoryAddress", "array", "arrayOffset", "alloc", "unwrap", "touch", "equals");

    private final AceByteBufAllocator ace = new AceByteBufAllocator();
    private final PooledByteBufAllocator pooled = new PooledByteBufAllocator(true);

    @AfterEach
    void assertClosesClean() {
        Laws.assertClosesClean(ace);
    }

    private static Stream<Method> methods() {
        return Arrays.stream(ByteBuf.class.getMethods())
                .filter(method -> method.getDeclaringClass() != Object.class)
                .filter(method -> !Modifier.isStatic(method.getModifiers()) && !method.isBridge())
                .filter(method -> !NOT_COMPARED.contains(method.getName()))
                .filter(method -> new TwinArguments(method).count() > 0)
                .sorted(Comparator.comparing(Method::toGenericString));
    }

    private static ByteBuf live(ByteBuf buf) {
        for (int i = 1; i <= CAPACITY; i++) {
            buf.writeByte(i * 17);
        }
        return buf.setIndex(2, 9);
    }

    private static ByteBuf released(ByteBuf buf) {
        buf.release();
        return buf;
    }

    @TestFactory
    Stream<DynamicTest> live() {
        return tests(TwinTest::live);
    }

    @TestFactory
    Stream<DynamicTest> released() {
        return tests(TwinTest::released);
    }

    /** The same in a JVM where memory is reached the other way, with {@code Unsafe} or without. */
    @Test
    void theOtherWayToMemory() {
        ChildJvm child = new ChildJvm().with("-Dio.netty.noUnsafe=" + Laws.isUnsafeUsed());
        if (Runtime.version().feature() >= FEATURE_WITH_UNSAFE_WARNINGS) {
            child.with("--sun-misc-unsafe-memory-access=allow");
        }
        assertThat(child.run(TwinTest.class))
                .contains("unsafe " + !Laws.isUnsafeUsed())
                .contains("no differences");
    }

    /** The child. */
    public static void main(String[] args) {
        System.out.println("unsafe " + Laws.isUnsafeUsed());
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        TwinTest test = new TwinTest();
        List<String> differences = methods()
                .flatMap(method -> Stream.of(
                        test.differences(Kind.DIRECT, method, TwinTest::live),
                        test.differences(Kind.DIRECT, method, TwinTest::released)))
                .flatMap(List::stream)
                .toList();
        test.assertClosesClean();
        System.out.println(differences.isEmpty() ? "no differences" : String.join("\n", differences));
    }

    private Stream<DynamicTest> tests(UnaryOperator<ByteBuf> prepare) {
        return Stream.of(Kind.values())
                .flatMap(kind -> methods()
                        .map(method -> DynamicTest.dynamicTest(
                                kind + " " + method.getName() + Arrays.toString(method.getParameterTypes()),
                                () -> compare(kind, method, prepare))));
    }

    private void compare(Kind kind, Method method, UnaryOperator<ByteBuf> prepare) {
        assertThat(differences(kind, method, prepare).stream().limit(5)).isEmpty();
    }

    private List<String> differences(Kind kind, Method method, UnaryOperator<ByteBuf> prepare) {
        TwinArguments arguments = new TwinArguments(method);
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < arguments.count(); i++) {
            String ours = outcome(ace, kind, prepare, new TwinCall(method, arguments.make(i)));
            String nettys = outcome(pooled, kind, prepare, new TwinCall(method, arguments.make(i)));
            if (!ours.equals(nettys) && !isMeant(method.getName(), ours, nettys)) {
                differences.add(
                        new TwinCall(method, arguments.make(i)) + "\n  ours:    " + ours + "\n  Netty's: " + nettys);
            }
        }
        return differences;
    }

    /** Where we differ on purpose. */
    private static boolean isMeant(String method, String ours, String nettys) {
        return switch (method) {
            // Netty's count overflows at this decrement and grows.
            case "release" -> ours.startsWith("throws io.netty.util.IllegalReferenceCountException; 2147483647");
            // Netty's pooled buffers write into read-only direct memory, and without Unsafe into no composite buffer.
            case "getBytes", "readBytes" ->
                ours.startsWith("throws java.nio.ReadOnlyBufferException")
                        || nettys.startsWith("throws java.lang.UnsupportedOperationException");
            // What slice() says, here and there: a bad length is a bad argument, a released buffer has no slice.
            case "retainedSlice" -> ours.startsWith("throws ") && nettys.startsWith("throws ");
            // Of no bytes at all, Netty's own kinds of buffers say different things.
            case "setZero", "writeZero" -> ours.contains("; 0; ");
            default -> false;
        };
    }

    private static String outcome(
            ByteBufAllocator allocator, Kind kind, UnaryOperator<ByteBuf> prepare, TwinCall call) {
        ByteBuf buf = prepare.apply(kind.allocate(allocator, CAPACITY, MAX_CAPACITY));
        String outcome = call.outcome(buf);
        if (buf.refCnt() > 0) {
            buf.release(buf.refCnt());
        }
        return outcome;
    }
}
