/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os.ffm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** How large the machine's pages are, found without a call into native code. */
final class PageSize {
    static final int UNKNOWN = -1;

    private static final int X86 = 4096;

    /** The kernel's entry for it in what it tells every process at its start. */
    private static final long AT_PAGESZ = 6;

    private static final Path TOLD_AT_START = Path.of("/proc/self/auxv");

    private PageSize() {}

    /** Returns bytes, or {@link #UNKNOWN}: on processors other than x86 that do not run Linux. */
    static int ofThisMachine() {
        return of(System.getProperty("os.arch"), TOLD_AT_START);
    }

    static int of(String processor, Path toldAtStart) {
        if (processor.equals("amd64") || processor.equals("x86_64")) {
            return X86;
        }
        try {
            ByteBuffer told = ByteBuffer.wrap(Files.readAllBytes(toldAtStart)).order(ByteOrder.nativeOrder());
            while (told.remaining() >= 2 * Long.BYTES) {
                long what = told.getLong();
                long value = told.getLong();
                if (what == AT_PAGESZ) {
                    return (int) value;
                }
            }
        } catch (IOException ignored) {
            // Not Linux, or a sandbox that hides it: then the caller goes without.
        }
        return UNKNOWN;
    }
}
