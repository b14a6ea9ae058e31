package dev.outpost.agent.internal.journal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.ManualClock;
import dev.outpost.agent.fixture.NoWaiting;
import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.DiskQueue;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.spool.FaultyFiles;
import dev.outpost.agent.internal.spool.FaultyFiles.Op;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class DiskJournalTest {

    private static final Path DIRECTORY = Path.of("/journal");

    private final FaultyFiles files = new FaultyFiles();
    private final ManualClock clock = new ManualClock();
    private final Timers timers = new Timers();
    private final Inbox inbox = new Inbox(64, new NoWaiting());
    private final Queue<Runnable> disk = new ArrayDeque<>();
    private final List<String> told = new ArrayList<>();
    private Map<String, byte[]> restored = Map.of();
    private boolean noThread;
    private DiskJournal journal = journal();

    private DiskJournal journal() {
        DiskQueue queue = new DiskQueue() {
            @Override
            public boolean execute(Runnable action) {
                if (noThread) {
                    throw new OutOfMemoryError("unable to create native thread");
                }
                return disk.add(action);
            }

            @Override
            public void close() {
                // nothing ends here
            }
        };
        return new DiskJournal(DIRECTORY, files, queue, timers, inbox, clock, new Counters());
    }

    private void open() {
        journal.open(entries -> restored = entries);
        settle();
    }

    /** The loop and the disk do what there is to do now. */
    private void settle() {
        boolean worked = true;
        while (worked) {
            turn();
            Runnable next = disk.poll();
            worked = next != null;
            if (next != null) {
                next.run();
            }
        }
    }

    private void turn() {
        while (inbox.drain() + timers.fire(clock.nanoTime()) > 0) {
            // goes on
        }
    }

    private void advance(Duration time) {
        clock.advance(time);
        turn();
    }

    private void put(String key, String value) {
        journal.put(key, value.getBytes(StandardCharsets.UTF_8));
    }

    private void ask(String name) {
        journal.whenDurable(durable -> told.add(name + " " + durable));
    }

    private Map<String, String> afterRestart() {
        journal.close();
        settle();
        journal = journal();
        open();
        Map<String, String> texts = new LinkedHashMap<>();
        restored.forEach((key, value) -> texts.put(key, new String(value, StandardCharsets.UTF_8)));
        return texts;
    }

    @Test
    void put_isDurableWhenTheDiskSaysSo_inOrder() {
        open();
        put("a", "1");
        ask("first");
        put("b", "1");
        ask("second");
        assertThat(told).isEmpty();

        settle();
        assertThat(told).containsExactly("first true", "second true");
        assertThat(afterRestart()).containsOnly(Map.entry("a", "1"), Map.entry("b", "1"));
    }

    @Test
    void whenDurable_nothingChanged_isToldAtOnce() {
        open();
        ask("now");

        assertThat(told).containsExactly("now true");
    }

    @Test
    void whenDurable_beforeItIsRead_waits() {
        journal.open(entries -> restored = entries);
        ask("early");
        assertThat(told).isEmpty();
        assertThat(journal.isBeingRead()).isTrue();

        settle();
        assertThat(told).containsExactly("early true");
        assertThat(journal.id()).isNotEmpty();
    }

    @Test
    void write_fails_isToldAndTriedAgainWithAllThatIsMissing() {
        open();
        files.failWhen(call -> call.is(Op.WRITE, ".seg"));
        put("a", "1");
        ask("a");
        settle();
        put("a", "2");
        put("b", "1");
        ask("b");
        assertThat(told).containsExactly("a false", "b false");
        assertThat(journal.isHealthy()).isFalse();
        assertThat(journal.problem())
                .hasValueSatisfying(problem -> assertThat(problem).contains("/journal"));

        files.failWhen(call -> false);
        advance(Duration.ofSeconds(2));
        settle();
        assertThat(journal.isHealthy()).isTrue();
        assertThat(afterRestart()).containsOnly(Map.entry("a", "2"), Map.entry("b", "1"));
    }

    @Test
    void write_diskHangs_nobodyWaitsAndItRecoversWhenTheDiskAnswers() {
        open();
        put("a", "1");
        ask("a");
        turn();
        advance(Duration.ofSeconds(5));
        assertThat(told).containsExactly("a false");
        assertThat(journal.isHealthy()).isFalse();

        settle();
        assertThat(journal.isHealthy()).isTrue();
        assertThat(afterRestart()).containsOnly(Map.entry("a", "1"));
    }

    @Test
    void open_directoryCannotBeMade_isTriedAgain() {
        files.failWhen(call -> call.op() == Op.MAKE_DIRECTORY);
        open();
        put("a", "1");
        ask("a");
        assertThat(told).containsExactly("a false");
        assertThat(journal.isBeingRead()).isFalse();

        files.failWhen(call -> false);
        advance(Duration.ofSeconds(2));
        settle();
        assertThat(journal.isHealthy()).isTrue();
        assertThat(afterRestart()).containsOnly(Map.entry("a", "1"));
    }

    @Test
    void close_writesWhatWaits() {
        open();
        put("a", "1");

        assertThat(afterRestart()).containsOnly(Map.entry("a", "1"));
    }

    @Test
    void close_justWhenItHasBeenRead_nobodyGoesOnWithIt() {
        open();
        put("a", "1");
        journal.close();
        settle();
        restored = Map.of();
        journal = journal();
        journal.open(entries -> restored = entries);
        disk.remove().run();

        journal.close();
        settle();

        assertThat(restored).isEmpty();
    }

    @Test
    void whenDurable_oneWhoWaitsThrows_theOthersAreToldAndTheJournalGoesOn() {
        open();
        put("a", "1");
        journal.whenDurable(durable -> {
            throw new IllegalStateException("on purpose");
        });
        ask("second");
        settle();
        put("b", "1");
        ask("third");
        settle();

        assertThat(told).containsExactly("second true", "third true");
    }

    @Test
    void write_noThreadToBeHad_isTriedAgain() {
        open();
        noThread = true;
        put("a", "1");
        ask("first");
        settle();
        assertThat(told).containsExactly("first false");
        assertThat(journal.problem())
                .hasValueSatisfying(what -> assertThat(what).contains("native thread"));

        noThread = false;
        advance(Duration.ofSeconds(2));
        settle();
        assertThat(journal.problem()).isEmpty();
        assertThat(afterRestart()).containsOnly(Map.entry("a", "1"));
    }

    @Test
    void put_tooLarge_isLeftOutAndHoldsNothingUp() {
        open();
        journal.put("large", new byte[5 << 20]);
        put("a", "1");
        settle();

        assertThat(journal.problem()).isEmpty();
        assertThat(afterRestart()).containsOnly(Map.entry("a", "1"));
    }
}
