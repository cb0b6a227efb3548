/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Whether container tests run, by the property {@code it.engine}: with {@code auto} they are skipped, with the reason, where no
 * engine with the project's images answers; with {@code required} they fail there.
 */
final class EngineCondition implements ExecutionCondition {
    static final String PROPERTY = "it.engine";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        String name = context.getRequiredTestClass().getSimpleName();
        if (!name.endsWith("ContainerTest")) {
            throw new IllegalStateException("class: " + name + " (expected: a name that ends in ContainerTest)");
        }
        return evaluate(System.getProperty(PROPERTY, "auto"), DockerEngine::missing);
    }

    static ConditionEvaluationResult evaluate(String mode, Supplier<Optional<String>> missing) {
        boolean isRequired = switch (mode) {
            case "auto" -> false;
            case "required" -> true;
            default -> throw new IllegalArgumentException(PROPERTY + ": " + mode + " (expected: auto or required)");
        };
        Optional<String> reason = missing.get();
        if (reason.isEmpty()) {
            return ConditionEvaluationResult.enabled("the engine answers");
        }
        if (isRequired) {
            throw new IllegalStateException(PROPERTY + "=" + mode + ", but " + reason.get());
        }
        return ConditionEvaluationResult.disabled(reason.get());
    }
}
