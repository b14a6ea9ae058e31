package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.base.Counters;
import dev.outpost.agent.internal.base.DiskQueue;
import dev.outpost.agent.internal.base.Inbox;
import dev.outpost.agent.internal.base.ThrottledLog;
import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.spool.Batch;
import dev.outpost.agent.internal.spool.SpoolFiles;
import dev.outpost.agent.internal.spool.SpoolLimits;
import dev.outpost.agent.internal.spool.SpoolRun;
import dev.outpost.agent.internal.spool.SpoolStore;
import dev.outpost.agent.internal.spool.Stored;
import dev.outpost.agent.schedule.AgentClock;
import dev.outpost.agent.spool.Spool;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The spool as the control loop sees it: every call returns at once, the disk thread does the work, and what comes of it is
 * told on the control loop again. When the disk fails, nobody is asked to write for a while, and then everybody is.
 */
public final class SpoolClient {

    private static final long BACKLOG_BYTES = 1L << 20;
    private static final Duration HOUSEKEEPING = Duration.ofMinutes(1);

    /** What may wait for the disk thread: when the destination takes it meanwhile, it waits for nothing. */
    private static final long MOST_PENDING_BYTES = 32L << 20;

    /** Lanes begin, and go on, without the spool when its disk does not answer within this. */
    private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(5);

    private static final Duration SAVE_ACKS_AFTER = Duration.ofSeconds(1);
    private static final Duration TRUSTED_CLOCK_ERROR = Duration.ofMinutes(5);

    private final Spool settings;
    private final List<Chain> chains;
    private final SpoolFiles files;
    private final SpoolDisk disk;
    private final HangWatch watch;
    private final Timers timers;
    private final Inbox inbox;
    private final AgentClock clock;
    private final SpoolHealth health;
    private final ThrottledLog log;
    private final Counters counters;
    private final SpoolNews news;
    private final long startNanos;
    private final long startEpochNanos;

    /** Adopted and not yet described; belongs to the disk thread. */
    private final List<SpoolRun> adopted = new ArrayList<>();

    private boolean open;
    private boolean closed;
    private final AtomicLong pendingBytes = new AtomicLong();
    private boolean unsynced;
    private boolean syncDue;
    private boolean saveDue;

    /** A spool that is not opened. */
    public SpoolClient(
            Spool settings,
            List<Chain> chains,
            SpoolFiles files,
            DiskQueue disk,
            Timers timers,
            Inbox inbox,
            AgentClock clock,
            RandomGenerator random,
            ThrottledLog log,
            Counters counters) {
        this.settings = settings;
        this.chains = chains;
        this.files = files;
        this.disk = new SpoolDisk(disk, inbox, clock);
        this.watch = new HangWatch(this.disk, ANSWERS_WITHIN, timers, clock, new HangEvents());
        this.timers = timers;
        this.inbox = inbox;
        this.clock = clock;
        this.health = new SpoolHealth(settings.directory(), timers, clock, random, log, counters);
        this.log = log;
        this.counters = counters;
        this.news = new SpoolNews(
                inbox, settings.sync().isNever(), health::works, failure -> suspend("cannot be written", failure));
        this.startNanos = clock.nanoTime();
        this.startEpochNanos = clock.epochNanos();
    }

    /**
     * What was found in the spool of an earlier run.
     *
     * @param run where
     * @param acked up to where it is acknowledged
     * @param last the last batch
     * @param records what is not acknowledged
     * @param bytes what it takes
     */
    record Found(SpoolRun run, long acked, long last, long records, long bytes) {}

    /** Opens it; what was found goes to the chains. */
    public void open() {
        timers.schedule(clock.nanoTime(), HOUSEKEEPING, this::keepHouse);
        timers.schedule(clock.nanoTime(), ANSWERS_WITHIN, this::onSlowOpening);
        tryOpen();
    }

    private void onSlowOpening() {
        if (!open && !closed && !health.isDegraded()) {
            health.fails(
                    "cannot be opened", new TimeoutException("the disk has not answered within " + ANSWERS_WITHIN));
            chains.forEach(Chain::onSpoolFailed);
        }
    }

    private void tryOpen() {
        if (closed) {
            return;
        }
        List<SpoolRun.Chain> wanted = chains.stream().map(Chain::place).toList();
        SpoolLimits limits = new SpoolLimits(
                settings.maxBytes(),
                settings.keepFreeBytes(),
                settings.segmentBytes(),
                settings.sync().interval().isZero());
        disk.open(
                () -> SpoolStore.open(settings.directory(), limits, files, this::wallMillis, wanted, news),
                store -> {
                    List<Found> found = describe(store, store.runs());
                    counters.counter("spool.segments.damaged").add(store.damagedSegments());
                    inbox.post(() -> onOpened(found));
                },
                this::onOpenFailed);
    }

    private static List<Found> describe(SpoolStore store, List<SpoolRun> runs) throws IOException {
        List<Found> found = new ArrayList<>();
        for (SpoolRun run : runs) {
            found.add(new Found(run, store.acked(run), store.last(run), store.records(run), store.bytes(run)));
        }
        return found;
    }

    private void onOpened(List<Found> found) {
        open = true;
        health.works();
        take(found);
        chains.forEach(Chain::onSpoolOpened);
    }

    private void take(List<Found> found) {
        for (Found each : found) {
            Optional<Chain> owner = chains.stream()
                    .filter(chain -> chain.place().equals(each.run().chain()))
                    .findFirst();
            if (owner.isPresent()) {
                news.register(each.run(), owner.get().onFound(each));
            } else {
                counters.counter("spool.unclaimed.records").add(each.records());
                log.warn(
                        "spool.unclaimed",
                        "the spool holds " + each.records() + " records of a lane '"
                                + each.run().chain().name() + "' that this agent does not have; they stay until"
                                + " their room is needed or they are too old",
                        null);
            }
        }
    }

    private void onOpenFailed(Exception failure) {
        health.fails("cannot be opened", failure);
        chains.forEach(Chain::onSpoolFailed);
        health.retryLater(this::tryOpen);
    }

    /** Whether writing makes sense now. */
    boolean canWrite() {
        return open && !closed && health.isGood();
    }

    /** Whether it was tried and does not work for now. */
    boolean hasFailed() {
        return closed || health.isBad();
    }

    /** Whether the disk thread can be given more to write. */
    boolean hasRoom() {
        return pendingBytes.get() < MOST_PENDING_BYTES;
    }

    /** What is wrong; any thread. */
    public Optional<String> problem() {
        return health.problem();
    }

    /** Whether the control loop has begun to use it and something is wrong. */
    public boolean isDegraded() {
        return health.isDegraded();
    }

    Spool settings() {
        return settings;
    }

    /** More than this in the spool did not come from a moment's delay. */
    long backlogBytes() {
        return Math.min(BACKLOG_BYTES, settings.maxBytes() / 4);
    }

    /** Begins a run of the chain at {@code place}; it is given to {@code started}, or null when the disk does not work. */
    void startRun(SpoolRun.Chain place, Consumer<@Nullable SpoolRun> started) {
        submit(
                "cannot begin a run",
                store -> {
                    SpoolRun run = store.startRun(place);
                    inbox.post(() -> started.accept(run));
                },
                failure -> {
                    started.accept(null);
                    suspend("cannot begin a run", failure);
                });
    }

    /** What becomes of the batches of {@code stored} is told to {@code run}. */
    void register(SpoolRun stored, Run run) {
        news.register(stored, run);
    }

    /** Later runs are under a new stream id. */
    public void changeStream(Runnable done) {
        submit(
                "cannot change its stream",
                store -> {
                    store.changeStream();
                    inbox.post(done);
                },
                failure -> done.run());
    }

    void append(SpoolRun run, int attempt, Batch batch) {
        int bytes = batch.body().remaining();
        pendingBytes.addAndGet(bytes);
        unsynced = true;
        submit(
                "cannot be written",
                store -> {
                    pendingBytes.addAndGet(-bytes);
                    store.append(run, attempt, batch);
                },
                failure -> {});
        syncLater();
    }

    void noteGap(SpoolRun run, int attempt, Stored.Gap gap) {
        unsynced = true;
        submit("cannot note a gap", store -> store.noteGap(run, attempt, gap), failure -> {});
        syncLater();
    }

    private void syncLater() {
        if (settings.sync().interval().isZero()) {
            sync();
        } else if (!syncDue && !settings.sync().isNever()) {
            syncDue = true;
            timers.schedule(clock.nanoTime(), settings.sync().interval(), () -> {
                syncDue = false;
                sync();
            });
        }
    }

    /** Forces what was written since it was asked for last. */
    void sync() {
        if (unsynced) {
            unsynced = false;
            submit("cannot be forced", SpoolStore::sync, failure -> {});
        }
    }

    void ack(SpoolRun run, long through) {
        submit("cannot note acknowledgements", store -> store.ack(run, through), failure -> {});
        if (!saveDue) {
            saveDue = true;
            timers.schedule(clock.nanoTime(), SAVE_ACKS_AFTER, this::saveAcks);
        }
    }

    private void saveAcks() {
        saveDue = false;
        submit("cannot note acknowledgements", SpoolStore::saveAcks, failure -> {});
    }

    /** Reads on; nothing is given when that fails now. */
    void read(SpoolRun run, long from, long through, int maxBytes, Consumer<List<Stored>> read) {
        submit(
                "cannot be read",
                store -> {
                    List<Stored> found = store.read(run, from, through, maxBytes);
                    inbox.post(() -> read.accept(found));
                },
                failure -> health.retrySoon(() -> read.accept(List.of())));
    }

    /** Counts records; -1 is given when that fails. */
    void count(SpoolRun run, long from, long through, LongConsumer counted) {
        submit(
                "cannot be read",
                store -> {
                    long records = store.countRecords(run, from, through);
                    inbox.post(() -> counted.accept(records));
                },
                failure -> counted.accept(-1));
    }

    void reject(SpoolRun run, Batch batch, String reason) {
        submit("cannot keep a rejected batch", store -> store.reject(run, batch, reason), failure -> {});
    }

    /** Nothing is written to the run for now. */
    void rest(SpoolRun run) {
        submit("cannot be forced", store -> store.rest(run), failure -> {});
    }

    /** The run is over. */
    void end(SpoolRun run) {
        news.forget(run);
        submit("cannot be tidied", store -> store.end(run), failure -> {});
    }

    private void keepHouse() {
        if (closed) {
            return;
        }
        timers.schedule(clock.nanoTime(), HOUSEKEEPING, this::keepHouse);
        long oldest = wallMillis() - settings.maxAge().toMillis();
        boolean trusted = isClockTrusted();
        submit(
                "cannot be tidied",
                store -> {
                    if (trusted) {
                        store.evictOlderThan(oldest);
                    }
                    adopted.addAll(store.adoptOrphans());
                    List<Found> found = describe(store, adopted);
                    adopted.clear(); // behind the reading: what fails there is tried again in a minute
                    if (!found.isEmpty()) {
                        inbox.post(() -> take(found));
                    }
                },
                failure -> {});
    }

    /** Whether the wall clock has gone along with the monotonic one since the start. */
    private boolean isClockTrusted() {
        long expected = startEpochNanos + (clock.nanoTime() - startNanos);
        return Math.abs(clock.epochNanos() - expected) <= TRUSTED_CLOCK_ERROR.toNanos();
    }

    private long wallMillis() {
        return TimeUnit.NANOSECONDS.toMillis(clock.epochNanos());
    }

    private void submit(String problem, SpoolDisk.Work work, Consumer<Exception> failed) {
        disk.submit(work, e -> {
            health.note(problem, e);
            failed.accept(e);
        });
        watch.begin();
    }

    private final class HangEvents implements HangWatch.Events {
        @Override
        public boolean onHanging() {
            if (!canWrite()) {
                return false; // that it does not work is known
            }
            health.fails("does not answer", new TimeoutException("the disk has been busy for " + ANSWERS_WITHIN));
            chains.forEach(Chain::onSpoolFailed);
            return true;
        }

        @Override
        public void onAnswered() {
            tryAgain();
        }
    }

    private void tryAgain() {
        health.hope(); // one more attempt, which will tell
        chains.forEach(Chain::onSpoolRetry);
    }

    /** Nobody writes for a while; then everybody tries again. */
    private void suspend(String what, Exception failure) {
        if (!canWrite()) {
            return; // others fail for the same reason
        }
        health.fails(what, failure);
        chains.forEach(Chain::onSpoolFailed);
        health.retryLater(this::tryAgain);
    }

    /** Forces and closes everything after what was asked for before; the slot is free then. Ends on the disk thread. */
    public void close() {
        closed = true;
        watch.close();
        disk.close(e -> log.warn("spool.close", "the spool in " + settings.directory() + " could not be closed", e));
    }
}
