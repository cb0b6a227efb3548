/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.grading.GradingResult;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * jcstress finds no forbidden outcome in the real classes, and finds one in each weakened twin. A class that is called
 * {@code …Twin} is one; {@code …HardwareTwin} needs two processors to be seen through.
 */
@Tag("alone")
class OrdersTest {
    private static final String TWIN = "Twin";
    private static final String HARDWARE_TWIN = "HardwareTwin";
    /** {@code -Dorders=…} picks tests while one works on them. */
    private static final Pattern ONLY = Pattern.compile(System.getProperty("orders", ".*"));

    private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

    private static final Map<String, List<TestResult>> RESULTS = new TreeMap<>();

    /** The full set takes half an hour. */
    @BeforeAll
    @Timeout(value = 2, unit = TimeUnit.HOURS)
    static void run() {
        if (Boolean.getBoolean("stress")) {
            keep(JcstressJvm.full(names(name -> true)));
        } else {
            keep(JcstressJvm.quick(names(name -> true)));
            keep(JcstressJvm.longer(names(name -> name.endsWith(TWIN) && forbidden(name) == 0)));
        }
    }

    private static List<String> names(Predicate<String> which) {
        return TestList.tests().stream()
                .filter(name -> ONLY.matcher(name).find())
                .filter(which)
                .toList();
    }

    private static void keep(List<TestResult> results) {
        results.forEach(r ->
                RESULTS.computeIfAbsent(r.getName(), n -> new ArrayList<>()).add(r));
    }

    @TestFactory
    List<DynamicTest> realClasses() {
        return tests(false);
    }

    @TestFactory
    List<DynamicTest> weakenedTwins() {
        return tests(true);
    }

    private static List<DynamicTest> tests(boolean twins) {
        List<DynamicTest> tests = new ArrayList<>();
        for (String name : names(n -> n.endsWith(TWIN) == twins)) {
            String shortName = name.replaceFirst("^[a-z.]+", ""); // without its package
            tests.add(DynamicTest.dynamicTest(shortName, () -> {
                if (twins) {
                    expectSeenThrough(name);
                } else {
                    expectClean(name);
                }
            }));
        }
        assertThat(tests).as("the processor has found the tests").isNotEmpty();
        return tests;
    }

    private static void expectClean(String name) {
        assertThat(forbidden(name)).as(() -> describe(name)).isZero();
    }

    private static void expectSeenThrough(String name) {
        long forbidden = forbidden(name);
        if (PROCESSORS > 1 || !name.endsWith(HARDWARE_TWIN)) {
            assertThat(forbidden).as(() -> describe(name)).isPositive();
        }
    }

    /** How often a forbidden outcome was seen; the test must have run, and without an error. */
    private static long forbidden(String name) {
        List<TestResult> results = RESULTS.getOrDefault(name, List.of());
        assertThat(results).as("results of " + name).isNotEmpty();
        long forbidden = 0;
        for (TestResult result : results) {
            assertThat(result.status()).as(() -> describe(name)).isEqualTo(Status.NORMAL);
            assertThat(result.getTotalCount()).as(() -> describe(name)).isPositive();
            for (GradingResult outcome : result.grading().gradingResults.values()) {
                forbidden += outcome.expect == Expect.FORBIDDEN ? outcome.count : 0;
            }
        }
        return forbidden;
    }

    private static String describe(String name) {
        StringBuilder text = new StringBuilder(name);
        for (TestResult result : RESULTS.get(name)) {
            text.append("\n  ").append(result.status());
            for (String key : result.getStateKeys()) {
                text.append(" [").append(key).append("]: ").append(result.getCount(key));
            }
            result.getMessages().forEach(line -> text.append("\n  ").append(line));
            result.getVmErr().forEach(line -> text.append("\n  ").append(line));
        }
        return text.toString();
    }
}
