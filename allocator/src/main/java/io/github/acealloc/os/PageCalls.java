/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

/** The system's calls, on whole pages. */
public interface PageCalls {
    /**
     * Maps memory whose pages exist once they are touched.
     *
     * @param hint where it should lie; 0 for no wish
     * @param bytes how much
     * @return its address, or 0 if the system refuses
     */
    long map(long hint, long bytes);

    /**
     * Gives memory and addresses back.
     *
     * @param address from {@link #map}
     * @param bytes as many as were mapped
     * @return whether the system did so; if not, all is as it was
     */
    boolean unmap(long address, long bytes);

    /**
     * Gives memory back and keeps the addresses.
     *
     * @param address of a page
     * @param bytes how much
     * @return whether the system did so; if not, all is as it was
     */
    boolean discard(long address, long bytes);
}
