/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.heap;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.acealloc.slab.Block;
import io.github.acealloc.testing.Token;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The queue through which blocks come home. */
class RemoteFreesTest {
    private static final int THREADS = 3;
    private static final int EACH = 20_000;

    private final RemoteFrees frees = new RemoteFrees();

    private static Block block(int id) {
        return new Token(id);
    }

    @Test
    void drainsNoMoreThanAsked() {
        for (int i = 0; i < 5000; i++) {
            frees.offer(block(i));
        }
        assertThat(frees.size()).isEqualTo(5000);
        List<Integer> drained = new ArrayList<>();
        assertThat(frees.drain(b -> drained.add(b.blockId()), 1500)).isEqualTo(1500);
        assertThat(frees.size()).isEqualTo(3500);
        assertThat(frees.drain(b -> drained.add(b.blockId()), 10_000)).isEqualTo(3500);
        assertThat(frees.isEmpty()).isTrue();
        assertThat(drained).hasSize(5000).isSorted();
    }

    @Test
    void losesNothingThatSeveralThreadsOffer() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int from = t * EACH;
            threads.add(new Thread(() -> {
                for (int i = 0; i < EACH; i++) {
                    frees.offer(block(from + i));
                }
            }));
        }
        threads.forEach(Thread::start);
        int[] seen = new int[THREADS * EACH];
        int[] last = {-1, -1, -1};
        int n = 0;
        while (n < seen.length) {
            n += frees.drain(
                    b -> {
                        int id = b.blockId();
                        seen[id]++;
                        assertThat(id).isGreaterThan(last[id / EACH]);
                        last[id / EACH] = id;
                    },
                    1024);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(seen).containsOnly(1);
        assertThat(frees.isEmpty()).isTrue();
    }
}
