/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench.micro;

import java.util.Random;

/**
 * A distribution of buffer sizes, drawn once into a table so that a benchmark never measures a random generator.
 *
 * <p>The table's length is a prime. Benchmarks walk the table and a power of two of slots side by side; with a
 * common divisor, a slot would see the same few sizes for ever, and the buffer just released would always be of the
 * size asked for next.
 */
public enum SizeMix {
    /**
     * A web-socket proxy: mostly control frames and short text frames, some larger messages, and one TLS record of
     * 16 KiB (plus header, padding and tag) in ten.
     */
    WEBSOCKET {
        @Override
        int draw(Random random) {
            int percent = random.nextInt(100);
            if (percent < 20) {
                return between(random, 8, 32);
            } else if (percent < 45) {
                return between(random, 33, 128);
            } else if (percent < 65) {
                return between(random, 129, 512);
            } else if (percent < 77) {
                return between(random, 513, 1500);
            } else if (percent < 85) {
                return between(random, 1501, 4096);
            } else if (percent < 90) {
                return between(random, 4097, 8192);
            }
            return between(random, 16 * 1024, 16 * 1024 + 325);
        }
    },
    /** An API gateway: sizes log-normal with mu 7.6 and sigma 1.0 (median about 2 KB), clipped to 8 B … 1 MiB. */
    GATEWAY {
        @Override
        int draw(Random random) {
            double size = Math.exp(7.6 + random.nextGaussian());
            return (int) Math.max(8, Math.min(1 << 20, size));
        }
    },
    /** Every size from 16 B to 1024 B equally often: the paper's mixed benchmark. */
    UNIFORM_SMALL {
        @Override
        int draw(Random random) {
            return between(random, 16, 1024);
        }
    },
    /** Every size from 256 B to 4 KiB equally often: messages handed from one event loop to another. */
    MESSAGES {
        @Override
        int draw(Random random) {
            return between(random, 256, 4096);
        }
    },
    /**
     * A burst on an API gateway: its messages, and for 24 of them one body of 16 to 256 KiB, every order of magnitude
     * equally often. About half of the bytes are in bodies.
     */
    BURST {
        @Override
        int draw(Random random) {
            if (random.nextInt(25) == 0) {
                return (int) ((16 << 10) * Math.pow(16, random.nextDouble()));
            }
            return GATEWAY.draw(random);
        }
    },
    /** Every size from 64 B to 512 B equally often: headers and short frames. */
    SMALL {
        @Override
        int draw(Random random) {
            return between(random, 64, 512);
        }
    },
    /** Every size from 4 KiB to 16 KiB equally often: pages and bodies. */
    MEDIUM {
        @Override
        int draw(Random random) {
            return between(random, 4 << 10, 16 << 10);
        }
    },
    /** Every size from 32 KiB to 64 KiB equally often: several records at once, on their way to a socket. */
    RECORDS {
        @Override
        int draw(Random random) {
            return between(random, 32 << 10, 64 << 10);
        }
    };

    /** Number of sizes in a table: a prime just above 2^16. */
    public static final int TABLE_LENGTH = (1 << 16) + 1;

    /** The seed of everything that is drawn, unless another is given. */
    public static final long SEED = 42;

    /** Returns the table of sizes in bytes, the same on every call. */
    public int[] table() {
        return table(SEED);
    }

    /** Returns the table of sizes in bytes drawn from the given seed. */
    public int[] table(long seed) {
        Random random = new Random(seed);
        int[] sizes = new int[TABLE_LENGTH];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = draw(random);
        }
        return sizes;
    }

    abstract int draw(Random random);

    private static int between(Random random, int min, int max) {
        return min + random.nextInt(max - min + 1);
    }
}
