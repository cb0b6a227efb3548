/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent;

import java.util.logging.LogManager;

/** A server that brings its own log manager, as JBoss's do: it has to be named before anybody logs. */
public final class LogManagerProgram {
    private LogManagerProgram() {}

    /** The manager. */
    public static final class Own extends LogManager {}

    /** Names it. */
    public static void main(String[] args) {
        System.setProperty("java.util.logging.manager", Own.class.getName());
        System.out.println("manager: " + LogManager.getLogManager().getClass().getSimpleName());
    }
}
