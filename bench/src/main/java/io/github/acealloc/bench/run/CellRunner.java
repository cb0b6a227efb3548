/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import io.github.acealloc.bench.Contestant;
import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.plan.Cell;

/** Runs one cell once with one contestant, in a fresh JVM. */
interface CellRunner {
    /** Returns what was measured; throws with the reason in its message if nothing could be. */
    Measurement run(Cell cell, Contestant contestant, int round) throws Exception;
}
