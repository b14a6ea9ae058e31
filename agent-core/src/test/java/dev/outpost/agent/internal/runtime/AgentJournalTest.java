package dev.outpost.agent.internal.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.ManualClock;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.IdleStrategy;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.Timers;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentJournalTest {

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(30);

    private final Timers timers = new Timers();
    private final CountDownLatch read = new CountDownLatch(1);
    private final Inbox inbox = new Inbox(16, new TellingOfWork());

    @TempDir
    private Path directory;

    @Test
    void open_noDirectory_isFalseAndNothingComes() throws InterruptedException {
        AgentJournal journal = journal(null);

        assertThat(journal.open(entries -> {
                    throw new AssertionError("there is nothing to remember");
                }))
                .isFalse();

        assertThat(journal.forParts().remembers()).isFalse();
        assertThat(journal.isBeingRead()).isFalse();
        assertThat(journal.problem()).isEmpty();
        journal.close();
        assertThat(journal.awaitEnd(PATIENCE)).isTrue();
    }

    @Test
    void open_directory_isBeingReadUntilTheLoopHasWhatWasFound() throws InterruptedException {
        AgentJournal journal = journal(directory);
        boolean[] restored = {false};

        assertThat(journal.open(entries -> restored[0] = entries.isEmpty())).isTrue();

        assertThat(journal.forParts().remembers()).isTrue();
        assertThat(journal.isBeingRead()).isTrue();
        assertThat(read.await(PATIENCE, TimeUnit.NANOSECONDS)).isTrue();
        inbox.drain();
        assertThat(restored[0]).isTrue();
        assertThat(journal.isBeingRead()).isFalse();
        journal.close();
        assertThat(journal.awaitEnd(PATIENCE)).isTrue();
    }

    private AgentJournal journal(@Nullable Path where) {
        return new AgentJournal(where, timers, inbox, new ManualClock(), new Counters());
    }

    /** The loop has something to do, for the disk has been read. */
    private final class TellingOfWork implements IdleStrategy {
        @Override
        public void reset() {}

        @Override
        public void idle() {}

        @Override
        public void wake() {
            read.countDown();
        }
    }
}
