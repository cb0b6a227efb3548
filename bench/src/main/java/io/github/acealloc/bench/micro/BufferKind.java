/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.micro;

/** Where a buffer's memory is. */
public enum BufferKind {
    /** Outside the Java heap. */
    DIRECT,
    /** In a {@code byte[]}. */
    HEAP
}
