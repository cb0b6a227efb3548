/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.ClassLayout;

/** The size of a buffer's object, of which there is one for each slot: whoever makes it larger should notice. */
class BufferLayoutTest {

    @Test
    void directBuffer() {
        assertThat(ClassLayout.parseClass(AceDirectByteBuf.class).instanceSize())
                .isEqualTo(80);
    }

    @Test
    void heapBuffer() {
        assertThat(ClassLayout.parseClass(AceHeapByteBuf.class).instanceSize()).isEqualTo(80);
    }
}
