/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.inside;

/** Says what a class lacks that the known one has. */
final class UnknownShapeException extends Exception {
    private static final long serialVersionUID = 1;

    UnknownShapeException(String what) {
        super(what);
    }
}
