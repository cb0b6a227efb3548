/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** Which fault comes when: in each round each of them once, in any order, and at the end the one that is for good. */
record Schedule(List<Event> events) {
    /** Nothing is done before, so that the control loop has begun to learn. */
    static final int FIRST_MILLIS = 1500;

    /** Nothing but the last fault begins later than so long before the end. */
    static final int TAIL_MILLIS = 1500;

    private static final int ROUND_MILLIS = 15_000;
    private static final int LAST_MILLIS = 700;

    /** A fault and when it begins. */
    record Event(int atMillis, Fault fault) {}

    static Schedule of(long seed, int seconds) {
        Random random = new Random(seed);
        int usable = Math.max(seconds * 1000 - FIRST_MILLIS - TAIL_MILLIS, 1000);
        int rounds = Math.max(usable / ROUND_MILLIS, 1);
        List<Event> events = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            List<Fault> faults = new ArrayList<>(List.of(Fault.values()));
            faults.removeIf(Fault::isLast);
            Collections.shuffle(faults, random);
            for (Fault fault : faults) {
                int at = (int) ((round + random.nextDouble()) * usable / rounds);
                events.add(new Event(FIRST_MILLIS + at, fault));
            }
        }
        events.add(new Event(FIRST_MILLIS + usable + TAIL_MILLIS - LAST_MILLIS, Fault.PARTS_REFUSED));
        events.sort(Comparator.comparingInt(Event::atMillis));
        return new Schedule(List.copyOf(events));
    }
}
