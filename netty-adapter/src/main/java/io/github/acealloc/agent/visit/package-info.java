/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the command-line tools run in the JVM that they look at: it reads, and changes nothing.
 *
 * <pre>
 * Guest.agentmain → Visitor, a daemon thread: → Doctor  → Copy (each Netty, its allocators) → Findings, Agents, Advice
 *                                            → Reading → Engines (ACE's allocators and their figures)
 * </pre>
 *
 * Netty and ACE are met by name, through {@link io.github.acealloc.agent.visit.Mirror}: of each there may be several.
 */
package io.github.acealloc.agent.visit;
