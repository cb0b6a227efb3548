/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.os;

/**
 * Sees to it that the Java heap has room for the few objects that the JVM makes about native memory.
 *
 * <p>The JVM's direct buffers and arenas get the memory first and then make the object that would free it. If there is no room for
 * that, the memory is lost, and its share of {@code -XX:MaxDirectMemorySize} with it. So what is asked for first is much more than
 * they need: whoever fills the heap up meanwhile would have to leave less than a hundredth of it.
 */
public final class JavaHeapRoom {
    private static final int BYTES = 16 << 10;

    /** Where the room is seen by others for a moment, so that no compiler leaves it out. */
    @SuppressWarnings("unused")
    private static volatile Object room;

    private JavaHeapRoom() {}

    /**
     * Asks for the room and lets it go again.
     *
     * @throws OutOfMemoryError if there is none; nothing has happened then
     */
    public static void check() {
        room = new byte[BYTES];
        room = null;
    }
}
