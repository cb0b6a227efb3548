/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench;

import java.util.List;

/** What takes part in a comparison: an allocator as it is, or one with settings of its own. */
public interface Contestant {
    /** The name used in tables and plots. */
    String label();

    /** The allocator that a measured JVM makes. */
    AllocatorKind kind();

    /** The options of a measured JVM that make the allocator this contestant; the user's own come after them. */
    List<String> jvmArgs();
}
