/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.AceConfig;
import io.github.acealloc.os.ContainerLimit;
import io.github.acealloc.os.OsMemory;
import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.internal.PlatformDependent;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One system property chooses the allocator; a wrong setting is an error that says what is right. */
class AceAllocatorsTest {
    private static final String ALLOCATOR = "acealloc.allocator";
    private static final String MAX_BYTES = "acealloc.maxBytes";
    private static final String LEAK_RATE = "acealloc.leakTrackedPerSecond";

    @BeforeAll
    static void loadTheClassWhileAllIsRight() {
        assertThat(AceByteBufAllocator.DEFAULT).isNotNull();
    }

    @AfterEach
    void clearProperties() {
        System.getProperties().stringPropertyNames().stream()
                .filter(name -> name.startsWith("acealloc."))
                .forEach(System::clearProperty);
    }

    @Test
    void eachNameGivesItsAllocatorAlwaysTheSame() {
        try (LogCapture log = new LogCapture(AceAllocators.class)) {
            assertThat(AceAllocators.configured()).isSameAs(AceByteBufAllocator.DEFAULT);
            assertThat(configured("ace")).isSameAs(AceByteBufAllocator.DEFAULT);
            assertThat(configured("pooled")).isSameAs(PooledByteBufAllocator.DEFAULT);
            assertThat(configured("unpooled")).isSameAs(UnpooledByteBufAllocator.DEFAULT);
            ByteBufAllocator adaptive = configured("adaptive");
            assertThat(adaptive).isInstanceOf(AdaptiveByteBufAllocator.class);
            assertThat(configured("adaptive")).isSameAs(adaptive);
            assertThat(configured(" Pooled ")).isSameAs(PooledByteBufAllocator.DEFAULT);
            assertThat(log.lines()).as("those that are not ours").hasSize(5);
        }
    }

    @Test
    void metricsAreOfAllAllocatorsUntilTheirMemoryIsBack() {
        AceByteBufAllocator own = new AceByteBufAllocator();
        assertThat(AceAllocators.metrics())
                .containsEntry("default", AceByteBufAllocator.DEFAULT.metric())
                .containsValue(own.metric());
        ByteBuf last = own.directBuffer(100);
        own.close();
        assertThat(AceAllocators.metrics()).containsValue(own.metric());
        last.release();
        own.trim();
        assertThat(own.metric().usedDirectMemory()).isZero();
        assertThat(AceAllocators.metrics()).doesNotContainValue(own.metric()).containsKey("default");
    }

    private static ByteBufAllocator configured(String name) {
        System.setProperty(ALLOCATOR, name);
        return AceAllocators.configured();
    }

    @Test
    void oneLineNamesTheAllocatorAndItsSettings() {
        System.setProperty(LEAK_RATE, "77");
        for (String name : new String[] {"pooled", "adaptive", "unpooled"}) {
            try (LogCapture log = new LogCapture(AceAllocators.class)) {
                ByteBufAllocator allocator = configured(name);
                assertThat(log.lines())
                        .containsExactly("INFO Allocator " + name + ": " + allocator + "; " + ALLOCATOR + "=" + name
                                + ", " + LEAK_RATE + "=77");
            }
        }
    }

    @Test
    void oneLineTellsWhereMemoryComesFromAndWhatSetsTheLimit() {
        try (LogCapture log = new LogCapture(AceByteBufAllocator.class);
                AceByteBufAllocator shared = new AceByteBufAllocator(
                        Laws.config(Map.of(MAX_BYTES, "64m", "acealloc.profile", "footprint")));
                AceByteBufAllocator apart = new AceByteBufAllocator(Laws.config("acealloc.mode", "off"))) {
            String direct = OsMemory.direct().source();
            assertThat(log.lines()).hasSize(2);
            assertThat(log.lines().get(0))
                    .isEqualTo("INFO Allocator " + shared.name() + ": direct memory from " + direct
                            + "; heap memory from byte[]; together at most 64 MiB (by acealloc.maxBytes, for direct and heap"
                            + " buffers together; raise it with -Dacealloc.maxBytes); mode learn, profile footprint;"
                            + " acealloc.maxBytes=64m, acealloc.profile=footprint");
            assertThat(log.lines().get(1))
                    .startsWith("INFO Allocator " + apart.name() + ": direct memory from " + direct + ", at most "
                            + (apart.metric().directStats().limitBytes() >> 20) + " MiB (by ")
                    .contains("; heap memory from byte[], at most "
                            + (Runtime.getRuntime().maxMemory() >> 20)
                            + " MiB (by -Xmx, for heap buffers; raise it with -Xmx); mode off, profile balanced;");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"jemalloc", "", "ace,pooled", "default"})
    void unknownAllocator(String value) {
        try (LogCapture log = new LogCapture(AceAllocators.class)) {
            assertThatThrownBy(() -> configured(value))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(ALLOCATOR + ": " + value + " (expected: ace, pooled, adaptive or unpooled)");
            assertThat(log.lines()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                MAX_BYTES + ", 0",
                MAX_BYTES + ", -5",
                MAX_BYTES + ", -18014398509473792k",
                MAX_BYTES + ", 1m",
                MAX_BYTES + ", 3145727",
                MAX_BYTES + ", 12x",
                MAX_BYTES + ", m",
                MAX_BYTES + ", ''",
                MAX_BYTES + ", 1.5g",
                MAX_BYTES + ", 0x10",
                MAX_BYTES + ", 9223372036854775807k",
                MAX_BYTES + ", 99999999999999999999",
                LEAK_RATE + ", -1",
                LEAK_RATE + ", 1000001",
                LEAK_RATE + ", many",
                LEAK_RATE + ", ''",
                "acealloc.purgeDelayMillis, -1",
                "acealloc.purgeDelayMillis, 3600001",
                "acealloc.purgeDelayMillis, never",
                "acealloc.mode, on",
                "acealloc.mode, ''",
                "acealloc.profile, cheap"
            })
    void badNumber(String name, String value) {
        System.setProperty(name, value);
        assertThatThrownBy(AceAllocators::configured)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(name + ": " + value + " (expected: ");
        assertThatThrownBy(AceByteBufAllocator::new)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(name + ": " + value + " (expected: ");
    }

    @Test
    void unknownNameUnderOurPrefix() {
        System.setProperty("acealloc.maxbytes", "1m");
        assertThatThrownBy(AceAllocators::configured)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("acealloc.maxbytes: no such setting")
                .hasMessageContainingAll(ALLOCATOR, MAX_BYTES, LEAK_RATE);
    }

    @ParameterizedTest
    @CsvSource({
        "auto, 7",
        "AUTO, 7",
        "3145728, 3145728",
        "10000000, 10000000",
        "3072k, 3145728",
        "3M, 3145728",
        "4g, 4294967296",
        "8589934591g, 9223372035781033984"
    })
    void maxBytes(String value, long bytes) {
        assertThat(Laws.config(MAX_BYTES, value).maxBytes(7)).isEqualTo(bytes);
    }

    @Test
    void theSmallestLimitServesABuffer() {
        try (AceByteBufAllocator smallest = new AceByteBufAllocator(Laws.config(MAX_BYTES, "3m"))) {
            assertThat(smallest.directBuffer(100).release()).isTrue();
            smallest.trim();
            assertThat(smallest.heapBuffer(100).release()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "off, throughput, auto, 1000",
        "observe, footprint, auto, 1000",
        "learn, footprint, auto, 125",
        "Learn, Balanced, auto, 1000",
        "learn, throughput, auto, 8000",
        "learn, throughput, 50, 50"
    })
    void memoryThatIsWorthLessLiesLonger(String mode, String profile, String setting, int millis) {
        AceConfig config = Laws.config(
                Map.of("acealloc.mode", mode, "acealloc.profile", profile, "acealloc.purgeDelayMillis", setting));
        assertThat(config.purgeDelayMillis()).isEqualTo(millis);
        assertThat(config.knobs().purgeDelayNanos()).isEqualTo(millis * 1_000_000L);
    }

    @Test
    void aPolicyThatIsNoFileNameIsRefused() {
        assertThatThrownBy(() -> Laws.config("acealloc.policy", "a\0b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("acealloc.policy: ");
    }

    @Test
    void settingsOfOneAllocator() {
        Properties properties = new Properties();
        properties.setProperty(MAX_BYTES, "4m");
        properties.setProperty("somebody.elses", "setting");
        try (AceByteBufAllocator allocator = new AceByteBufAllocator(AceConfig.from(properties))) {
            assertThat(allocator.stats().limitBytes()).isEqualTo(4 << 20);
        }
    }

    @Test
    void unlessSetTheLimitIsThatOfDirectMemory() {
        try (AceByteBufAllocator allocator = new AceByteBufAllocator()) {
            assertThat(allocator.metric().directStats().limitBytes())
                    .isEqualTo(ContainerLimit.share(PlatformDependent.maxDirectMemory()));
        }
    }

    /** The child: asks for the allocator as a server would at its start. */
    static final class Child {
        public static void main(String[] args) {
            try {
                System.out.println("got " + AceAllocators.configured());
            } catch (IllegalArgumentException e) {
                System.out.println("refused " + e.getMessage());
            }
        }
    }

    @Test
    void fromTheCommandLine() {
        assertThat(new ChildJvm().with("-D" + ALLOCATOR + "=pooled").run(Child.class))
                .contains("got PooledByteBufAllocator(directByDefault: true)")
                .contains("Allocator pooled: ");
        assertThat(new ChildJvm().with("-D" + MAX_BYTES + "=64m").run(Child.class))
                .containsOnlyOnce("Allocator default: direct memory from ")
                .contains("together at most 64 MiB");
        assertThat(new ChildJvm().with("-D" + ALLOCATOR + "=mimalloc").run(Child.class))
                .contains("refused " + ALLOCATOR + ": mimalloc (expected: ace, pooled, adaptive or unpooled)");
    }
}
