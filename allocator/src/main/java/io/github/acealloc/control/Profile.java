/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.control;

import java.util.Locale;

/** What memory is worth to the user: the one price that all decisions are held against. */
public enum Profile {
    /** Memory is scarce: a core is worth 1 GiB. */
    FOOTPRINT(1),
    /** As machines are sold: a core for 8 GiB. */
    BALANCED(8),
    /** Memory is plenty: a core is worth 64 GiB. */
    THROUGHPUT(64);

    private final double price;

    Profile(int gibPerCore) {
        price = 1.0 / ((double) gibPerCore * (1 << 30));
    }

    /**
     * The price of memory.
     *
     * @return cores for a byte
     */
    public double price() {
        return price;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
