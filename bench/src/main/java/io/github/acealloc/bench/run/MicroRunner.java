/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.Metric;
import io.github.acealloc.bench.micro.Access;
import io.github.acealloc.bench.micro.AllocationPattern;
import io.github.acealloc.bench.micro.ForkProfiler;
import io.github.acealloc.bench.micro.Mixed;
import io.github.acealloc.bench.micro.ProducerConsumer;
import io.github.acealloc.bench.micro.TinyHot;
import io.github.acealloc.bench.plan.Cell;
import io.github.acealloc.bench.plan.Workload;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs a micro-benchmark cell as one JMH fork; JMH's own output goes to a log file. */
final class MicroRunner implements CellRunner {
    private static final List<String> JMH_PARAMETERS = List.of(Cell.KIND, Cell.MIX, Cell.LIVE, Cell.TOUCH);
    private static final String GARBAGE_PER_OPERATION = "gc.alloc.rate.norm";

    private final Timing timing;
    private final List<String> jvmArgs;
    private final Path logs;

    MicroRunner(Timing timing, List<String> jvmArgs, Path logs) {
        this.timing = timing;
        this.jvmArgs = List.copyOf(jvmArgs);
        this.logs = logs;
        // A second JMH on the machine makes figures worse for everybody, but not impossible.
        System.setProperty("jmh.ignoreLock", "true");
    }

    @Override
    public Measurement run(Cell cell, Contestant contestant, int round) throws Exception {
        Path log = logs.resolve(ChildJvm.logName(cell, contestant, round));
        try {
            RunResult result = new Runner(options(cell, contestant, log).build()).runSingle();
            return Measurement.of(metrics(cell, result));
        } catch (RunnerException e) {
            throw new IllegalStateException(e.getMessage() + "\n" + LogExcerpt.of(log), e);
        }
    }

    private ChainedOptionsBuilder options(Cell cell, Contestant contestant, Path log) {
        TimeValue iteration = TimeValue.milliseconds(timing.iteration().toMillis());
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include("^" + benchmark(cell).replace(".", "\\.") + "$")
                .param("allocator", contestant.kind().name())
                .jvm(ChildJvm.java())
                .jvmArgs(ChildJvm.microOptions(cell, ChildJvm.extra(contestant, jvmArgs))
                        .toArray(String[]::new))
                .forks(1)
                .warmupIterations(timing.warmups())
                .warmupTime(iteration)
                .measurementIterations(timing.iterations())
                .measurementTime(iteration)
                .addProfiler(GCProfiler.class)
                .addProfiler(ForkProfiler.class)
                .shouldFailOnError(true)
                .output(log.toString());
        if (cell.parameters().containsKey(Cell.THREADS)) {
            options.threads(Integer.parseInt(cell.parameters().get(Cell.THREADS)));
        }
        for (String parameter : JMH_PARAMETERS) {
            if (cell.parameters().containsKey(parameter)) {
                options.param(parameter, jmhValue(parameter, cell.parameters().get(parameter)));
            }
        }
        return options;
    }

    private static String jmhValue(String parameter, String value) {
        boolean isEnum = parameter.equals(Cell.KIND) || parameter.equals(Cell.MIX);
        return isEnum ? value.toUpperCase(Locale.ROOT) : value;
    }

    private static String benchmark(Cell cell) {
        return switch (cell.workload()) {
            case PATTERN -> AllocationPattern.class.getName() + ".step";
            case TINY_HOT -> TinyHot.class.getName() + ".batch";
            case SINGLE_PAIR -> TinyHot.class.getName() + ".singlePair";
            case MIXED -> Mixed.class.getName() + ".step";
            case PRODUCER_CONSUMER -> ProducerConsumer.class.getName() + ".pipeline";
            case SLICES -> ProducerConsumer.class.getName() + ".slices";
            case ACCESS -> Access.class.getName() + "." + cell.parameters().get(Cell.OPERATION);
            default ->
                throw new IllegalArgumentException("workload: " + cell.workload() + " (expected: a micro-benchmark)");
        };
    }

    private static Map<Metric, Double> metrics(Cell cell, RunResult result) {
        Map<Metric, Double> metrics = new EnumMap<>(Metric.class);
        metrics.put(Metric.TIME, result.getPrimaryResult().getScore());
        Map<String, ? extends Result<?>> secondary = secondary(result);
        for (Metric metric : Metric.values()) {
            if (secondary.containsKey(metric.label())) {
                metrics.put(metric, secondary.get(metric.label()).getScore());
            }
        }
        if (secondary.containsKey(GARBAGE_PER_OPERATION)) {
            // JMH counts handing over and taking a buffer as two operations.
            boolean pipeline = cell.workload() == Workload.PRODUCER_CONSUMER || cell.workload() == Workload.SLICES;
            int callsPerOperation = pipeline ? 2 : 1;
            metrics.put(
                    Metric.GARBAGE,
                    callsPerOperation * secondary.get(GARBAGE_PER_OPERATION).getScore());
        }
        return metrics;
    }

    @SuppressWarnings("rawtypes") // JMH's own signature
    private static Map<String, Result<?>> secondary(RunResult result) {
        Map<String, Result<?>> typed = new HashMap<>();
        for (Map.Entry<String, Result> entry : result.getSecondaryResults().entrySet()) {
            typed.put(entry.getKey(), entry.getValue());
        }
        return typed;
    }
}
