/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.testing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What a class logs from now on, kept from the console until this is closed. */
public final class LogLines implements AutoCloseable {
    private final List<LogRecord> records = Collections.synchronizedList(new ArrayList<>());
    private final Logger logger;
    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord line) {
            records.add(line);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    public LogLines(Class<?> source) {
        this(source, null);
    }

    /** With lines down to that level; null for the usual one. */
    public LogLines(Class<?> source, Level level) {
        logger = Logger.getLogger(source.getName());
        logger.setLevel(level);
        logger.setUseParentHandlers(false);
        logger.addHandler(handler);
    }

    /** The records so far. */
    public List<LogRecord> records() {
        return new ArrayList<>(records);
    }

    /** Their texts. */
    public List<String> messages() {
        return records().stream().map(LogRecord::getMessage).toList();
    }

    @Override
    public void close() {
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
        logger.setLevel(null);
    }
}
