/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the agent shows on the system's class path: its start, and the door for the classes that it has changed, and the door of the command-line tools. All else lies in the
 * jar's folders {@code inside} (the agent's own classes, and ASM) and {@code payload} (engine and adapter), where no class loader but
 * {@link io.github.acealloc.agent.PartLoader} finds it. Nothing here refers to Netty, engine or adapter.
 */
package io.github.acealloc.agent;
