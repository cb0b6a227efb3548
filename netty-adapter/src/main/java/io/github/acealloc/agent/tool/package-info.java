/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The commands {@code doctor} and {@code stat}, which look at another JVM.
 *
 * <pre>
 * Tool.main → CommandLine → TargetJvm (is it one that can be looked at?) → Visit (attach, load, listen)
 *                         → StatCommand → Figures (what a visitor has sent) → StatTable or StatJson
 * </pre>
 *
 * What cannot be done is a {@link io.github.acealloc.agent.tool.Failure}: one line, and an exit code.
 */
package io.github.acealloc.agent.tool;
