/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.heap.HeapRegistry;
import io.github.acealloc.heap.ThreadHeap;
import io.github.acealloc.slab.SizeClasses;
import java.util.ArrayDeque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Adoption, stripes and close in every order of their steps: one owner at a time, every block home once. */
@Timeout(300) // all orders are 6,000 runs with four threads each: 7 s on an idle machine
class InterleavingTest {
    private static final int LIMIT = 200_000;

    /** A scenario with fewer runs is none. */
    private static final int MANY = 20;

    /** Enough stripes that nobody spins for one that a thread holds which is not its turn. */
    private static final int PROCESSORS = 4;

    /** What all scenarios share. One thread runs at a time, so nothing here needs an order of its own. */
    private abstract static class Heapful implements Interleaver.Scenario {
        private int knobsAsked;
        final HeapRegistry registry = new HeapRegistry(this::newHeap, PROCESSORS);
        final Parcel parcel = new Parcel();
        final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private final IdentityHashMap<ThreadHeap, Thread> holders = new IdentityHashMap<>();
        ThreadHeap shared;

        Heapful() {
            parcel.onArrival = Interleaver::step;
        }

        private ThreadHeap newHeap() {
            return Heaps.heap(() -> {
                if (knobsAsked++ % SizeClasses.COUNT == 0) {
                    Interleaver.step(); // while the heap is being emptied
                }
                return Heaps.KNOBS;
            });
        }

        void hold(ThreadHeap heap) {
            Thread before = holders.put(heap, Thread.currentThread());
            assertThat(before == null || !before.isAlive())
                    .as("the heap had no live owner")
                    .isTrue();
            Interleaver.step();
            assertThat(heap.isOwner()).as("still mine").isTrue();
        }

        void drop(ThreadHeap heap) {
            holders.remove(heap);
        }

        void attachAndDetach() {
            ThreadHeap heap = registry.attach(tasks::add);
            hold(heap);
            drop(heap);
            registry.detach(heap);
        }

        void release() {
            if (shared != null) {
                shared.releaseRemote(parcel);
            } else {
                parcel.arrivals = 1; // there was nothing to release yet
            }
        }

        @Override
        public void check() {
            registry.trim(null);
            assertThat(parcel.arrivals).as("came home").isEqualTo(1);
            for (ThreadHeap heap : registry.heaps()) {
                assertThat(heap.remoteCount()).as("left behind").isZero();
            }
        }
    }

    /** A loop ends without a word while another releases into its heap and two more attach. */
    @Test
    void aHeapOfAThreadThatEndedIsAdoptedByOne() {
        int runs = Interleaver.explore(
                () -> new Heapful() {
                    @Override
                    public List<Runnable> threads() {
                        return List.of(
                                () -> {
                                    shared = registry.attach(tasks::add);
                                    hold(shared);
                                },
                                this::release,
                                this::attachAndDetach,
                                this::attachAndDetach);
                    }
                },
                LIMIT);
        assertThat(runs).isGreaterThan(MANY);
    }

    /** Two threads borrow stripes while one releases into the first and one trims. */
    @Test
    void aStripeHasOneOwner() {
        int runs = Interleaver.explore(
                () -> new Heapful() {
                    @Override
                    public List<Runnable> threads() {
                        shared = registry.borrowStripe(); // the first, so that there is one to meet at
                        shared.giveUp();
                        return List.of(this::borrow, this::release, this::tryBorrow, () -> registry.trim(null));
                    }

                    private void borrow() {
                        ThreadHeap heap = registry.borrowStripe();
                        hold(heap);
                        drop(heap);
                        heap.giveUp();
                    }

                    private void tryBorrow() {
                        if (shared.tryBorrow()) {
                            hold(shared);
                            drop(shared);
                            shared.giveUp();
                        }
                    }
                },
                LIMIT);
        assertThat(runs).isGreaterThan(MANY);
    }

    /** The allocator is closed under a loop into whose heap another thread releases. */
    @Test
    void nothingIsLeftBehindByClose() {
        int runs = Interleaver.explore(
                () -> new Heapful() {
                    @Override
                    public List<Runnable> threads() {
                        return List.of(this::loop, this::release, () -> registry.close(() -> {}));
                    }

                    private void loop() {
                        try {
                            shared = registry.attach(tasks::add);
                        } catch (IllegalStateException closed) {
                            return;
                        }
                        hold(shared);
                        drop(shared);
                        registry.detach(shared);
                    }

                    @Override
                    public void check() {
                        // No trim: nobody comes to look after close.
                        assertThat(parcel.arrivals).as("came home").isEqualTo(1);
                        registry.heaps()
                                .forEach(h -> assertThat(h.remoteCount())
                                        .as("left behind")
                                        .isZero());
                    }
                },
                LIMIT);
        assertThat(runs).isGreaterThan(MANY);
    }

    @Test
    void aTwinThatAdoptsWithoutCompareAndSetIsFound() {
        expectFound(
                () -> new Interleaver.Scenario() {
                    private Thread owner = Heaps.deadThread();
                    private int owners;

                    @Override
                    public List<Runnable> threads() {
                        return List.of(this::adopt, this::adopt);
                    }

                    private void adopt() {
                        if (!owner.isAlive()) {
                            Interleaver.step();
                            owner = Thread.currentThread();
                            owners++;
                            Interleaver.step();
                            assertThat(owner).as("still mine").isEqualTo(Thread.currentThread());
                        }
                    }

                    @Override
                    public void check() {
                        assertThat(owners).isPositive();
                    }
                },
                "still mine");
    }

    @Test
    void aTwinThatLooksAtTheQueueBeforeItGivesUpIsFound() {
        expectFound(
                () -> new Interleaver.Scenario() {
                    private boolean owned = true;
                    private final ArrayDeque<Parcel> queue = new ArrayDeque<>();
                    private final Parcel parcel = new Parcel();

                    @Override
                    public List<Runnable> threads() {
                        return List.of(this::giveUp, this::release);
                    }

                    private void giveUp() {
                        boolean waits = !queue.isEmpty();
                        Interleaver.step();
                        owned = false;
                        if (waits) {
                            settle();
                        }
                    }

                    private void release() {
                        queue.add(parcel);
                        Interleaver.step();
                        if (!owned) {
                            settle();
                        }
                    }

                    private void settle() {
                        while (!queue.isEmpty()) {
                            queue.remove().arrive(this);
                        }
                    }

                    @Override
                    public void check() {
                        assertThat(parcel.arrivals).as("came home").isEqualTo(1);
                    }
                },
                "came home");
    }

    private static void expectFound(Supplier<Interleaver.Scenario> twin, String law) {
        assertThatThrownBy(() -> Interleaver.explore(twin, LIMIT))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("threads in turn")
                .hasStackTraceContaining(law);
    }
}
