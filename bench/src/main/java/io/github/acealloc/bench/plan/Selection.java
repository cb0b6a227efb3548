/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.plan;

import java.util.List;

/**
 * Which values of the parameters a comparison covers.
 *
 * @param workloads the workloads, in the order they run
 * @param mixes size mixes of the allocation pattern
 * @param live numbers of live buffers of the allocation pattern
 * @param kinds direct or heap buffers
 * @param leaks leak-detection settings
 * @param threads event loops that run a workload side by side
 * @param touch whether the allocation pattern is also run with touching each buffer
 */
public record Selection(
        List<Workload> workloads,
        List<String> mixes,
        List<Integer> live,
        List<String> kinds,
        List<Leak> leaks,
        int threads,
        boolean touch) {
    public static final List<String> ALL_MIXES = List.of("websocket", "gateway");
    public static final List<Integer> ALL_LIVE = List.of(128, 1024, 8192, 65536);
    public static final List<String> ALL_KINDS = List.of("direct", "heap");
    public static final List<String> ACCESS_OPERATIONS = List.of("bytes", "ints", "longs", "array", "buffer");
}
