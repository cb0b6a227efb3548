/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control.sim;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/** Reads what the benchmark tool has recorded; the format is told beside the files. */
final class RecordedTraces {
    /** The files, each with the size of its blocks in its name. */
    static final String[] NAMES = {"bursty-384", "growth-640", "long-lived-2304", "phase-change-448", "proxy-18432"};

    private static final int BITS = 7;
    private static final int MORE = 1 << BITS;

    private RecordedTraces() {}

    static int blockBytes(String name) {
        return Integer.parseInt(name.substring(name.lastIndexOf('-') + 1));
    }

    static Trace read(String name) {
        long[] times = new long[1 << 16];
        boolean[] allocates = new boolean[1 << 16];
        int n = 0;
        long time = 0;
        try (InputStream in = open(name)) {
            for (long event = next(in); event >= 0; event = next(in)) {
                if (n == times.length) {
                    times = Arrays.copyOf(times, 2 * n);
                    allocates = Arrays.copyOf(allocates, 2 * n);
                }
                time += event >>> 1;
                times[n] = time;
                allocates[n++] = (event & 1) != 0;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        while (!allocates[n - 1]) {
            n--; // how a workload ends says nothing about a server
        }
        return Trace.recorded(name, Arrays.copyOf(times, n), Arrays.copyOf(allocates, n));
    }

    private static InputStream open(String name) throws IOException {
        InputStream file = RecordedTraces.class.getResourceAsStream("/traces/" + name + ".trace.gz");
        return new BufferedInputStream(new GZIPInputStream(file));
    }

    /** An unsigned LEB128 number, or −1 at the end. */
    private static long next(InputStream in) throws IOException {
        long number = 0;
        for (int shift = 0; ; shift += BITS) {
            int b = in.read();
            if (b < 0) {
                return -1;
            }
            number |= (long) (b & (MORE - 1)) << shift;
            if (b < MORE) {
                return number;
            }
        }
    }
}
