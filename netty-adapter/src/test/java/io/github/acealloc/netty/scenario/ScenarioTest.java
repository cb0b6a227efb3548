/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.netty.AceByteBufAllocator;
import io.github.acealloc.netty.Contestant;
import io.github.acealloc.netty.Laws;
import io.github.acealloc.netty.Loop;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetector.Level;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs each row of a table on each allocator; after each of them nothing of ACE is live and all its laws hold. */
abstract class ScenarioTest {
    private final Loop loop = new Loop();
    private final Map<Contestant, ByteBufAllocator> allocators = new EnumMap<>(Contestant.class);

    ScenarioTest() {
        for (Contestant whose : Contestant.values()) {
            allocators.put(whose, whose.make());
        }
    }

    /** Fills in the rows. */
    abstract void fill(Table table);

    private AceByteBufAllocator ace() {
        return (AceByteBufAllocator) allocators.get(Contestant.ACE);
    }

    @AfterEach
    void assertClosesClean() {
        Laws.assertClosesClean(ace(), loop);
        loop.close();
    }

    @TestFactory
    final Stream<DynamicTest> onAPlainThread() {
        return tests(Level.DISABLED, false);
    }

    @TestFactory
    final Stream<DynamicTest> onAnEventLoop() {
        return tests(Level.DISABLED, true);
    }

    /** Each buffer is wrapped by Netty's leak detector, and gives the same values. */
    @TestFactory
    final Stream<DynamicTest> followedByTheLeakDetector() {
        return tests(Level.PARANOID, true);
    }

    private Stream<DynamicTest> tests(Level level, boolean onLoop) {
        Table table = new Table();
        fill(table);
        List<DynamicTest> tests = new ArrayList<>();
        for (Row row : table.rows()) {
            for (Memory memory : Memory.values()) {
                for (Contestant whose : Contestant.values()) {
                    if (row.runsOn(whose, memory) && (level == Level.DISABLED || row.isTracked())) {
                        String name = row.name() + ", " + memory + ", " + whose;
                        tests.add(DynamicTest.dynamicTest(name, () -> run(row, memory, whose, level, onLoop)));
                    }
                }
            }
        }
        return tests.stream();
    }

    private void run(Row row, Memory memory, Contestant whose, Level level, boolean onLoop) throws Exception {
        Level before = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(level);
        try {
            Object expected =
                    row.isAsNetty() ? value(row, memory, Contestant.POOLED, onLoop) : row.expected(whose, memory);
            assertThat(value(row, memory, whose, onLoop))
                    .as("%s", row.isAsNetty() ? "what Netty's pooled buffer gives" : row.reason(whose, memory))
                    .isEqualTo(expected);
            if (whose == Contestant.ACE) {
                Laws.assertNothingLive(ace(), loop);
            }
        } finally {
            ResourceLeakDetector.setLevel(before);
        }
    }

    private Object value(Row row, Memory memory, Contestant whose, boolean onLoop) throws Exception {
        return onLoop ? loop.call(() -> value(row, memory, whose)) : value(row, memory, whose);
    }

    /** One run of a row's program, here and now. */
    private Object value(Row row, Memory memory, Contestant whose) throws Exception {
        try (Lab lab = new Lab(whose, memory, allocators.get(whose))) {
            return row.program().run(lab);
        }
    }
}
