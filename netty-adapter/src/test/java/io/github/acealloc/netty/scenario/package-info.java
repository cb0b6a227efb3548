/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What users of Netty's allocators have reported as going wrong, as tables: each row is a small program with a right value,
 * and runs on Netty's pooled and adaptive allocator and on ACE, on direct and on heap buffers, on an event loop and on a
 * plain thread.
 *
 * <p>{@link io.github.acealloc.netty.scenario.ScenarioTest} runs the rows of a {@link
 * io.github.acealloc.netty.scenario.Table}; its subclasses hold the tables, one for each kind of report. A row's program
 * gets a {@link io.github.acealloc.netty.scenario.Lab}. Where one of Netty's allocators gives another value, the row says so and why.
 */
package io.github.acealloc.netty.scenario;
