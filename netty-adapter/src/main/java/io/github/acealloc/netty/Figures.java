/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import io.github.acealloc.AceStats;
import io.github.acealloc.control.AceLoop;
import io.github.acealloc.control.Mode;
import io.github.acealloc.control.Profile;
import io.github.acealloc.netty.watch.Watched;
import io.github.acealloc.os.MemoryBudget;

/** What an allocator shows to tools. It knows the pools and not the object that the user may drop. */
record Figures(String name, Limits limits, BufferPool direct, BufferPool heap, Profile ofMemory) implements Watched {

    private BufferPool pool(boolean isDirect) {
        return isDirect ? direct : heap;
    }

    private AceLoop loop(boolean isDirect) {
        return pool(isDirect).engine().loop();
    }

    private MemoryBudget limit(boolean isDirect) {
        return isDirect ? limits.direct() : limits.heap();
    }

    @Override
    public AceStats stats(boolean isDirect) {
        return pool(isDirect).engine().stats();
    }

    @Override
    public String source(boolean isDirect) {
        return pool(isDirect).engine().source();
    }

    @Override
    public String limitOrigin(boolean isDirect) {
        return limit(isDirect).origin();
    }

    @Override
    public boolean isLimitShared() {
        return limits.areShared();
    }

    /** One loop freezes itself after a failure; the other one does not. */
    @Override
    public String mode() {
        Mode ofDirect = loop(true).mode();
        Mode ofHeap = loop(false).mode();
        return ofDirect == ofHeap ? ofDirect.toString() : "direct " + ofDirect + ", heap " + ofHeap;
    }

    @Override
    public String profile() {
        return ofMemory.toString();
    }

    @Override
    public long decisions(boolean isDirect) {
        return loop(isDirect).log().count();
    }

    @Override
    public String explain() {
        return loop(true).explain() + loop(false).explain();
    }

    @Override
    public void trim() {
        direct.engine().trim();
        heap.engine().trim();
    }

    /** For the log: where memory comes from and how much there may be, and how the control loop goes. */
    @Override
    public String toString() {
        return "Allocator " + name + ": direct memory from " + source(true)
                + (isLimitShared() ? "" : ", at most " + limitText(true)) + "; heap memory from " + source(false)
                + (isLimitShared() ? "; together at most " : ", at most ") + limitText(false) + "; mode " + mode()
                + ", profile " + profile();
    }

    private String limitText(boolean isDirect) {
        return (limit(isDirect).limit() >> 20) + " MiB (by " + limitOrigin(isDirect) + ")";
    }
}
