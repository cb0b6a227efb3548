/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it;

import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the allocator logs while this is open: an error fails the test, the rest is expected and not printed. */
final class AllocatorLog extends Handler {
    static final String NAME = "io.github.acealloc";

    private static final Logger LOGGER = Logger.getLogger(NAME);

    private final Consumer<Throwable> failures;

    AllocatorLog(Consumer<Throwable> failures) {
        this.failures = failures;
        LOGGER.addHandler(this);
        LOGGER.setUseParentHandlers(false);
    }

    @Override
    public void publish(LogRecord message) {
        if (message.getLevel().intValue() >= Level.SEVERE.intValue()) {
            failures.accept(new AssertionError("logged: " + message.getMessage(), message.getThrown()));
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        LOGGER.removeHandler(this);
        LOGGER.setUseParentHandlers(true);
    }
}
