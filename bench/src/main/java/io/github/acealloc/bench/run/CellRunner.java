/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.run;

import io.github.acealloc.bench.AllocatorKind;
import io.github.acealloc.bench.Measurement;
import io.github.acealloc.bench.plan.Cell;

/** Runs one cell once with one allocator, in a fresh JVM. */
interface CellRunner {
    /** Returns what was measured; throws with the reason in its message if nothing could be. */
    Measurement run(Cell cell, AllocatorKind allocator, int round) throws Exception;
}
