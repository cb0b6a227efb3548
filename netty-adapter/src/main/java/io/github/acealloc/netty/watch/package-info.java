/* SPDX-License-Identifier: Apache-2.0 */
/**
 * An allocator as the JVM's own tools see it: JMX and JFR. Nothing of them is made here; what is there already is used.
 *
 * <p>The allocator makes a {@link io.github.acealloc.netty.watch.Watch} and tells it now and then to look; all figures come through
 * {@link io.github.acealloc.netty.watch.Watched}, the one thing that this package knows of it. What JMX and JFR hold for ever consists
 * of {@link io.github.acealloc.netty.watch.JdkOnly the JDK's classes alone}, so it keeps no allocator and no class loader.
 */
package io.github.acealloc.netty.watch;
