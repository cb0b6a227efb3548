/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A test class that needs a Docker engine; its name ends in {@code ContainerTest}, by which CI counts what ran. */
@Tag("container")
@Timeout(180)
@ExtendWith(EngineCondition.class)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@interface InContainers {}
