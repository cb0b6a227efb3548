/* SPDX-License-Identifier: Apache-2.0 */
package io.github.acealloc.it.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.acealloc.AceConfig;
import io.github.acealloc.it.AceFixture;
import io.github.acealloc.it.Loops;
import io.github.acealloc.it.LostBytes;
import io.github.acealloc.it.Transport;
import io.github.acealloc.netty.AllocatorOn;
import io.github.acealloc.upkeep.GovernorClock;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongUnaryOperator;
import java.util.stream.LongStream;
import javax.net.ssl.SSLProtocolException;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each check of the soak sees what it is there for, done on purpose. */
class SoakChecksTest {
    private static final long MIB = 1 << 20;

    private final UnreliableMemory memory = new UnreliableMemory(1);
    private final AceFixture ace = AceFixture.of(() -> AllocatorOn.memory(config("learn"), memory));
    private final Journal journal = new Journal();
    private final Expectations expectations = new Expectations(journal);

    private static AceConfig config(String mode) {
        Properties settings = new Properties();
        settings.setProperty("acealloc.mode", mode);
        settings.setProperty("acealloc.maxBytes", "32m");
        return AceConfig.from(settings);
    }

    @BeforeEach
    void start() {
        ace.start();
    }

    @AfterEach
    void stop() {
        memory.recover();
        ace.stop();
    }

    @Test
    void aLeakedBufferIsFound() {
        leak();
        assertThatThrownBy(ace::assertClean).hasMessageContainingAll("reports of leaks", "SoakChecksTest.leak");
    }

    private void leak() {
        ace.allocator().directBuffer(100).touch("at " + System.nanoTime());
    }

    @Test
    void aFlippedByteIsFound() {
        Orphans orphans = new Orphans();
        orphans.make(UnpooledByteBufAllocator.DEFAULT, 3);
        orphans.release(1);
        ByteBuf next = orphans.first();
        next.setByte(59, next.getByte(59) ^ 1);
        assertThatThrownBy(() -> orphans.release(1)).hasMessageContaining("wrong byte at 59");
        orphans.release(orphans.count());
    }

    @Test
    void aRisingSeriesIsNotFlat() {
        assertThat(flat(i -> 100 * MIB)).isTrue();
        assertThat(flat(i -> 100 * MIB + i * MIB / 4)).as("30 MiB in all").isTrue();
        assertThat(flat(i -> 100 * MIB + i * MIB)).isFalse();
        assertThat(flat(i -> i < 40 ? i * 10 * MIB : 400 * MIB)).as("warm-up").isTrue();
        assertThat(flat(i -> i % 5 == 0 ? 900 * MIB : 100 * MIB)).as("peaks").isTrue();
        assertThat(flat(i -> i < 80 ? 100 * MIB : 120 * MIB)).as("a step").isFalse();
        assertThat(flat(i -> i < 80 ? 1000 * MIB : 1090 * MIB))
                .as("a small step")
                .isTrue();
        assertThatThrownBy(() -> Flatness.of(new long[2])).hasMessageContaining("samples: 2");
    }

    private static boolean flat(LongUnaryOperator series) {
        return Flatness.of(LongStream.range(0, 120).map(series).toArray()).isFlat(Flatness.SUPERSLABS);
    }

    @Test
    void anAdoptionThatNeverHappensIsTold() throws Exception {
        Orphans orphans = new Orphans();
        Loops ended = ace.loops(Transport.NIO, 1);
        ended.next().submit(() -> orphans.make(ace.allocator(), 1)).sync();
        Adoptions adoptions = new Adoptions(ace.allocator());
        ended.shutDown();
        assertThatThrownBy(() -> adoptions.await(Duration.ofMillis(300)))
                .isInstanceOf(ConditionTimeoutException.class)
                .hasMessageContaining("an adoption");
        orphans.release(orphans.count());
        ace.assertClean();
    }

    @Test
    void aFaultThatWasNotSeenIsTold() {
        assertThat(journal.missing()).containsExactly(Fault.values());
        Arrays.stream(Fault.values())
                .filter(fault -> fault != Fault.THREAD_DIES)
                .forEach(journal::seen);
        assertThat(journal.missing()).containsExactly(Fault.THREAD_DIES);
    }

    @Test
    void aClockThatNobodyReadsIsTold() {
        try (GovernorClock clock = new GovernorClock()) {
            ace.allocator().buffer().release(); // the governor looks after it
            assertThat(clock.wrongReads()).isZero();
            clock.ahead(1);
            AceFixture.awaitFor("the governor").until(() -> {
                ace.allocator().buffer().release(); // again, for it sleeps once nothing is left to do
                return clock.wrongReads() > 0;
            });
        }
    }

    @Test
    void aConnectionThatBreaksWithoutAReasonIsAnError() {
        Tally tally = new Tally(journal);
        IllegalStateException broken = new IllegalStateException("broken on purpose");
        assertThatThrownBy(() -> tally.broken(broken, System.nanoTime()))
                .hasMessageContaining("without a reason")
                .hasCause(broken);
        long start = System.nanoTime();
        journal.begins(Fault.CLOCK_AHEAD);
        assertThatThrownBy(() -> tally.broken(broken, start)).hasMessageContaining("without a reason");
        journal.begins(Fault.MEMORY_LIMIT);
        tally.broken(broken, start);
        journal.ends(Fault.MEMORY_LIMIT);
        tally.broken(broken, start);
        assertThat(tally.refused()).isEqualTo(2);
        assertThatThrownBy(() -> tally.broken(broken, System.nanoTime())).hasMessageContaining("without a reason");
    }

    @Test
    void anAnswerThatDoesNotComeIsAnError() {
        Tally tally = new Tally(journal);
        long longAgo = System.nanoTime() - Duration.ofSeconds(21).toNanos();
        assertThat(tally.isGivenUp(System.nanoTime())).isFalse();
        assertThatThrownBy(() -> tally.isGivenUp(longAgo)).hasMessageContaining("no answer after 21 s");
        journal.begins(Fault.LOOP_ENDS);
        assertThat(tally.isGivenUp(longAgo)).isTrue();
        assertThat(tally.unanswered()).isEqualTo(1);
    }

    @Test
    void anErrorWithoutAReasonIsUnexpected() {
        OutOfMemoryError exhausted = new OutOfMemoryError("cannot allocate 1 bytes: (committed: 1, limit: 1; live: 1)");
        assertThat(expectations.test(exhausted)).isFalse();
        journal.begins(Fault.MEMORY_LIMIT);
        assertThat(expectations.test(new IllegalStateException(exhausted))).isTrue();
        assertThatThrownBy(() -> expectations.test(new OutOfMemoryError("Java heap space")))
                .hasMessageContaining("the error does not tell");
        assertThat(expectations.test(new RejectedExecutionException())).isFalse();
        assertThat(expectations.test(new AssertionError("wrong byte"))).isFalse();
    }

    @Test
    void bytesMayBeMissingAtTheLimitOnly() {
        List<Throwable> missing = List.of(
                new LostBytes("on purpose"),
                new SSLProtocolException("a record is missing"),
                new DecoderException(new SSLProtocolException("a record is missing")),
                new WebSocketClientHandshakeException("Invalid handshake response getStatus: 999 Unknown"));
        assertThat(missing).noneMatch(expectations);
        journal.begins(Fault.LOOP_ENDS);
        assertThat(missing).noneMatch(expectations);
        journal.begins(Fault.MEMORY_LIMIT);
        assertThat(missing).allMatch(expectations);
        assertThat(expectations.lost()).isEqualTo(3);
    }

    @Test
    void aFailureThatIsLoggedTwiceIsUnexpected() {
        AssertionError logged = new AssertionError(
                "logged: the governor failed", new IllegalStateException(UnreliableMemory.ON_PURPOSE + "munmap"));
        assertThat(expectations.test(new AssertionError("logged: another", new IllegalStateException("bug"))))
                .isFalse();
        assertThat(expectations.test(logged)).isTrue();
        assertThat(expectations.logged()).isEqualTo(1);
        assertThat(expectations.test(logged)).isFalse();
    }

    @Test
    void aHogThatTakesNothingAwayIsSeen() throws Exception {
        Hog hog = new Hog(ace.allocator());
        hog.hold(1);
        assertThat(hog.refusals()).isPositive();
        assertThat(hog.bytes()).isBetween(24 * MIB, 32 * MIB);
        ace.assertClean();
    }

    @Test
    void aSystemThatFailsAndWhatItHasNotGotBackAreCounted() {
        memory.fail(1, 0, 1);
        ace.allocator().directBuffer(2 << 20).release();
        assertThatThrownBy(ace.allocator()::trim).hasMessageContaining(UnreliableMemory.ON_PURPOSE);
        assertThat(memory.failures()).isPositive();
        assertThat(memory.outBytes()).isGreaterThanOrEqualTo(2 * MIB);
        memory.recover();
        ace.allocator().trim();
        assertThat(memory.outBytes()).isZero();
    }

    @Test
    void aLoopThatDoesNotFreezeIsTold() throws Exception {
        ace.expect(expectations);
        try (SecondAllocator off = new SecondAllocator(config("off"), 1, ace::fail)) {
            assertThatThrownBy(() -> off.freeze(Duration.ofSeconds(1))).hasMessageContaining("a frozen control loop");
        }
        try (SecondAllocator learning = new SecondAllocator(config("learn"), 1, ace::fail)) {
            learning.freeze(Duration.ofSeconds(20));
        }
    }

    @Test
    void eachFaultIsScheduledInEachRound() {
        for (long seed = 0; seed < 50; seed++) {
            for (int seconds : new int[] {10, 30, 200}) {
                List<Fault> faults = Schedule.of(seed, seconds).events().stream()
                        .map(Schedule.Event::fault)
                        .toList();
                assertThat(faults).contains(Fault.values());
                assertThat(faults.get(faults.size() - 1)).isEqualTo(Fault.PARTS_REFUSED);
                assertThat(faults).hasSizeGreaterThan(seconds / 30 * (Fault.values().length - 1));
                assertThat(Schedule.of(seed, seconds).events())
                        .allSatisfy(
                                event -> assertThat(event.atMillis()).isBetween(Schedule.FIRST_MILLIS, seconds * 1000));
            }
        }
        assertThat(Schedule.of(4, 60)).isEqualTo(Schedule.of(4, 60)).isNotEqualTo(Schedule.of(5, 60));
    }
}
