package dev.outpost.agent.internal.journal;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.DiskQueue;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.spool.FrameHeader;
import dev.outpost.agent.internal.spool.KeyedLog;
import dev.outpost.agent.internal.spool.KeyedLog.Change;
import dev.outpost.agent.internal.spool.SpoolFiles;
import dev.outpost.agent.schedule.AgentClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A journal in a directory. Changes wait until the disk thread is free, and go to it together: one force for all of them.
 *
 * <pre>
 *   put, remove ─▶ waiting (newest per key) ─▶ under way ─▶ disk thread ─▶ KeyedLog
 *                      ▲                          │  done: who waits for it is told true
 *                      └──────── failed ──────────┘  failed: told false; tried again every 2 s, with all that is missing
 * </pre>
 *
 * <p>While the disk fails, or does not answer for 5 s, nobody waits for it: who asks is told false at once, and what changes is
 * kept in memory, at most one value per key, until the disk takes it. Control loop only, but for {@link #problem} and the disk
 * thread's own.
 */
public final class DiskJournal implements Journal {

    private static final Logger LOG = LoggerFactory.getLogger("dev.outpost.agent");
    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** What fits into a frame, with its key. */
    private static final int MOST_VALUE_BYTES = FrameHeader.MAX_BODY - 1_024;

    private final Path directory;
    private final SpoolFiles files;
    private final DiskQueue disk;
    private final Timers timers;
    private final Inbox inbox;
    private final AgentClock clock;
    private final Counters counters;

    private final Map<String, Change> waiting = new LinkedHashMap<>();
    private final List<Change> underWay = new ArrayList<>();
    private final Queue<Waiter> waiters = new ArrayDeque<>();
    private long changesMade;
    private long changesWritten;
    private boolean busy;
    private boolean opened;
    private boolean closed;
    private String id = "";
    private Timers.@Nullable Timer patience;
    private volatile @Nullable String problem;

    /** Belongs to the disk thread. */
    private @Nullable KeyedLog log;

    /** Somebody who waits until so many changes are written. */
    private record Waiter(long changes, Consumer<Boolean> then) {}

    /** A journal in {@code directory}, which is not touched before {@link #open}. */
    public DiskJournal(
            Path directory,
            SpoolFiles files,
            DiskQueue disk,
            Timers timers,
            Inbox inbox,
            AgentClock clock,
            Counters counters) {
        this.directory = directory;
        this.files = files;
        this.disk = disk;
        this.timers = timers;
        this.inbox = inbox;
        this.clock = clock;
        this.counters = counters;
    }

    /**
     * Reads what is there; {@code restored} is told once, as soon as that has succeeded. Until then the journal is not healthy, and
     * keeps trying.
     */
    public void open(Restored restored) {
        busy = true;
        watch("does not answer");
        onDisk(
                () -> {
                    Map<String, byte[]> found = new LinkedHashMap<>();
                    KeyedLog open = KeyedLog.open(directory, files, found);
                    log = open;
                    inbox.post(() -> opened(open.id().toString(), open.damaged(), found, restored));
                },
                failure -> {
                    failed(failure);
                    after(RETRY, () -> open(restored));
                });
    }

    /** What is done on the disk thread. */
    @FunctionalInterface
    private interface DiskAction {
        void run() throws IOException;
    }

    /** Whatever goes wrong, also that there is no thread to be had, ends in {@code failed}, on the loop: a bug must not end the journal. */
    private void onDisk(DiskAction action, Consumer<Throwable> failed) {
        boolean taken;
        try {
            taken = disk.execute(() -> {
                try {
                    action.run();
                } catch (Throwable t) { // Errors too: nobody else would try again
                    inbox.post(() -> failed.accept(t));
                }
            });
        } catch (OutOfMemoryError e) { // no further thread
            failed.accept(e);
            return;
        }
        if (!taken) {
            failed.accept(new IOException("the disk thread has ended"));
        }
    }

    private void opened(String foundId, int damaged, Map<String, byte[]> found, Restored restored) {
        if (closed) {
            return; // what it would go on with is closed as well
        }
        id = foundId;
        opened = true;
        if (damaged > 0) {
            counters.counter("journal.damaged").add(damaged);
            LOG.warn("event=journal.damaged count={} entries of the journal could not be read", damaged);
        }
        // What was changed meanwhile is newer than what was found.
        waiting.forEach((key, change) -> found.remove(key));
        written();
        restored.accept(found);
    }

    @Override
    public void put(String key, byte[] value) {
        if (value.length > MOST_VALUE_BYTES) {
            counters.counter("journal.dropped", "too_large").increment();
            LOG.warn("event=journal.dropped key={} has {} bytes; allowed are {}", key, value.length, MOST_VALUE_BYTES);
            return; // it could not be written, nor could anything beside it
        }
        change(new Change(key, ByteBuffer.wrap(value)));
    }

    @Override
    public void remove(String key) {
        change(new Change(key, null));
    }

    private void change(Change change) {
        waiting.remove(change.key()); // it goes to the end: the order is that of the newest changes
        waiting.put(change.key(), change);
        changesMade++;
        if (!busy) {
            busy = true;
            inbox.post(this::write); // all that is changed in this turn of the loop goes together
        }
    }

    @Override
    public void whenDurable(Consumer<Boolean> then) {
        if (problem != null) {
            then.accept(false); // and nobody waits before it
        } else if (opened && changesWritten == changesMade) {
            then.accept(true);
        } else {
            waiters.add(new Waiter(changesMade, then));
        }
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public boolean remembers() {
        return true;
    }

    @Override
    public boolean isBeingRead() {
        return !opened && problem == null;
    }

    @Override
    public boolean isHealthy() {
        return opened && problem == null;
    }

    /** What is wrong with it now; any thread. */
    public Optional<String> problem() {
        return Optional.ofNullable(problem).map(what -> "journal " + directory + ": " + what);
    }

    private void write() {
        if (!opened || closed || waiting.isEmpty()) {
            busy = false;
            return;
        }
        busy = true;
        watch("the disk does not answer");
        underWay.addAll(waiting.values());
        waiting.clear();
        long through = changesMade;
        List<Change> changes = List.copyOf(underWay);
        long nowMillis = TimeUnit.NANOSECONDS.toMillis(clock.epochNanos());
        onDisk(
                () -> {
                    KeyedLog present = log;
                    if (present == null) {
                        throw new IOException("the journal is not open");
                    }
                    present.write(changes, nowMillis);
                    inbox.post(() -> {
                        underWay.clear();
                        changesWritten = through;
                        written();
                    });
                },
                failure -> {
                    putBack();
                    failed(failure);
                    after(RETRY, this::write);
                });
    }

    /** What was under way is to be written, unless the key has changed since. */
    private void putBack() {
        Map<String, Change> newer = new LinkedHashMap<>(waiting);
        waiting.clear();
        underWay.forEach(change -> waiting.put(change.key(), change));
        newer.forEach((key, change) -> {
            waiting.remove(key);
            waiting.put(key, change);
        });
        underWay.clear();
    }

    private void written() {
        timers.cancel(patience);
        if (problem != null) {
            problem = null;
            LOG.info("event=journal.recovered directory={}", directory);
        }
        for (Waiter next = waiters.peek(); next != null && next.changes <= changesWritten; next = waiters.peek()) {
            waiters.remove();
            tell(next, true);
        }
        busy = false;
        if (!waiting.isEmpty()) {
            write();
        }
    }

    /** One who waits and throws must not take the journal from the others. */
    private void tell(Waiter waiter, boolean durable) {
        try {
            waiter.then.accept(durable);
        } catch (RuntimeException e) {
            counters.counter("journal.callback.failures").increment();
            LOG.error("event=journal.callback.failed what waited for the journal has failed", e);
        }
    }

    private void failed(Throwable failure) {
        timers.cancel(patience);
        counters.counter("journal.failures").increment();
        troubled(String.valueOf(failure.getMessage() == null ? failure : failure.getMessage()));
    }

    private void troubled(String what) {
        if (problem == null) {
            counters.counter("journal.outages").increment();
            LOG.warn(
                    "event=journal.failed directory={} {}; tasks go on in memory, but none that a crash must not repeat",
                    directory,
                    what);
        }
        problem = what;
        while (!waiters.isEmpty()) {
            tell(waiters.remove(), false);
        }
    }

    private void watch(String what) {
        timers.cancel(patience);
        patience = timers.schedule(clock.nanoTime(), PATIENCE, () -> troubled(what + " for " + PATIENCE));
    }

    private void after(Duration delay, Runnable command) {
        if (!closed) {
            timers.schedule(clock.nanoTime(), delay, () -> {
                if (!closed) {
                    command.run();
                }
            });
        }
    }

    /** Writes what waits, and lets go of the directory; takes nothing more. */
    public void close() {
        closed = true;
        timers.cancel(patience);
        List<Change> rest = new ArrayList<>(waiting.values());
        waiting.clear();
        long nowMillis = TimeUnit.NANOSECONDS.toMillis(clock.epochNanos());
        disk.execute(() -> {
            KeyedLog present = log;
            log = null;
            if (present == null) {
                return;
            }
            try (present) {
                present.write(rest, nowMillis);
            } catch (IOException | RuntimeException e) { // the agent ends all the same
                LOG.warn("event=journal.close.failed directory={} the last changes are lost", directory, e);
            }
        });
        disk.close();
    }
}
