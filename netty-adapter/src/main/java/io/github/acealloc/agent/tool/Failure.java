/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.tool;

/** Ends a command with one line on standard error. */
final class Failure extends Exception {
    /** The exit code for a wrong command line. */
    static final int USAGE = 2;

    /** The exit code for all else. */
    static final int FAILED = 1;

    private static final long serialVersionUID = 1;

    private final int exitCode;

    Failure(int exitCode, String line) {
        super(line);
        this.exitCode = exitCode;
    }

    /** What could not be done. */
    static Failure of(String line) {
        return new Failure(FAILED, line);
    }

    int exitCode() {
        return exitCode;
    }
}
