/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.netty;

import org.junit.jupiter.api.Nested;

/** The allocator keeps Netty's contract, on an event loop and elsewhere. */
class AllocatorContractTest {

    @Nested
    class OnPlainThread extends AllocatorContract {
        OnPlainThread() {
            super(false);
        }
    }

    @Nested
    class OnEventLoop extends AllocatorContract {
        OnEventLoop() {
            super(true);
        }
    }
}
