/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty.watch;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.ref.Cleaner;
import jdk.jfr.FlightRecorder;

/** Has JFR ask an allocator for its {@link TotalsEvent}, for as long as this object lasts. JFR calls only while the event is enabled. */
final class Totals {
    @SuppressWarnings("unused") // held for JFR's sake
    private final Runnable commit;

    private final Cleaner.Cleanable lasting;

    private Totals(Runnable commit, Cleaner.Cleanable lasting) {
        this.commit = commit;
        this.lasting = lasting;
    }

    /** Whether anybody has used JFR yet: to be the first would take a tenth of a second. */
    static boolean isWanted() {
        return FlightRecorder.isInitialized();
    }

    static Totals of(Watched watched) throws ReflectiveOperationException {
        Runnable commit = new Commit(watched);
        Runnable hook = JdkOnly.runIfThere(commit);
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        MethodHandle add = lookup.findStatic(
                FlightRecorder.class,
                "addPeriodicEvent",
                MethodType.methodType(void.class, Class.class, Runnable.class));
        MethodHandle remove = lookup.findStatic(
                FlightRecorder.class, "removePeriodicEvent", MethodType.methodType(boolean.class, Runnable.class));
        JdkOnly.onNobodysStack(MethodHandles.insertArguments(add, 0, TotalsEvent.class, hook));
        MethodHandle undo = MethodHandles.insertArguments(remove, 0, hook).asType(MethodType.methodType(void.class));
        return new Totals(commit, Lasting.as(commit, undo));
    }

    /** Has JFR ask no more. */
    void undo() {
        lasting.clean();
    }

    /** No lambda: an object of its own for each allocator, as it is held weakly. */
    private record Commit(Watched watched) implements Runnable {
        @Override
        public void run() {
            TotalsEvent.commit(watched);
        }
    }
}
