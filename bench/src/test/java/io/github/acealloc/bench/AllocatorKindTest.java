/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AllocatorKindTest {
    @ParameterizedTest
    @EnumSource
    void everyCallMakesAnAllocatorOfItsOwn(AllocatorKind kind) {
        ByteBufAllocator allocator = kind.create();

        assertThat(allocator).isNotSameAs(kind.create());
        assertThat(allocator.getClass().getSimpleName()).containsIgnoringCase(kind.label());
        ByteBuf buffer = allocator.directBuffer(100);
        assertThat(buffer.isDirect()).isTrue();
        assertThat(buffer.release()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void onlyAceHasSharesAndHeaps(AllocatorKind kind) {
        assertThat(AceShares.of(kind.create()).isEmpty()).isEqualTo(kind != AllocatorKind.ACE);
        assertThat(AceHeaps.of(kind.create()).isEmpty()).isEqualTo(kind != AllocatorKind.ACE);
    }
}
