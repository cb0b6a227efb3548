/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.agent.visit;

import java.util.List;

/**
 * What the doctor says of one class of allocators.
 *
 * @param type the class, without its package
 * @param verdict whether ACE serves it
 * @param holds what is known of the memory it has; may be empty
 * @param why a clause; empty where nothing needs a reason
 * @param todo the lines to change, the best first; empty where nothing is to be changed
 */
record Finding(String type, Verdict verdict, String holds, String why, List<String> todo) {
    /** The answers. */
    enum Verdict {
        SERVED("served by ACE"),
        READY("will be served"),
        PARTLY("partly served"),
        NOT_SERVED("NOT served"),
        IDLE("not served, idle"),
        LEFT("Netty's own"),
        OTHER("another's");

        private final String text;

        Verdict(String text) {
            this.text = text;
        }

        boolean isGood() {
            return this == SERVED || this == READY;
        }

        boolean isBad() {
            return this == NOT_SERVED || this == PARTLY;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    Finding(String type, Verdict verdict, String holds) {
        this(type, verdict, holds, "", List.of());
    }
}
