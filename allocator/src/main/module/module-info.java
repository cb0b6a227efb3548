/* SPDX-License-Identifier: Apache-2.0 */

/** The engine, which knows nothing of Netty: superslabs, heaps of event loops, and the loop that learns. */
@SuppressWarnings("module") // the adapter is not there yet when this is compiled
module io.github.acealloc {
    requires org.jctools.core;
    requires org.jctools.core.jdk11;
    // Without them: no figures of the JVM's own threads, no memory of the machine, no road of Java 17 to its pages.
    requires static java.management;
    requires static jdk.management;
    requires static jdk.unsupported;

    exports io.github.acealloc;
    exports io.github.acealloc.control;
    exports io.github.acealloc.heap;
    exports io.github.acealloc.os to
            io.github.acealloc.netty;
    exports io.github.acealloc.slab to
            io.github.acealloc.netty;
}
