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
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

    /** What may wait for the disk thread: when the destination takes it meanwhile, it waits for nothing. */
    private static final long MOST_PENDING_BYTES = 32L << 20;

    private static final Duration SAVE_ACKS_AFTER = Duration.ofSeconds(1);

    private final Spool settings;
    private final List<Chain> chains;
    private final SpoolFiles files;
    private final Timers timers;
    private final Inbox inbox;
    private final AgentClock clock;
    private final ThrottledLog log;
    private final Counters counters;
    private final SpoolHealth health;
    private final SpoolAccess access;
    private final SpoolNews news;
    private final SpoolHousekeeping housekeeping;
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
        this.timers = timers;
        this.inbox = inbox;
        this.clock = clock;
        this.log = log;
        this.counters = counters;
        this.health = new SpoolHealth(settings.directory(), timers, clock, random, log, counters);
        this.access = new SpoolAccess(chains, new SpoolDisk(disk, inbox, clock), health, timers, clock);
        this.news = new SpoolNews(
                inbox,
                settings.sync().isNever(),
                health::works,
                failure -> access.suspend("cannot be written", failure));
        this.housekeeping =
                new SpoolHousekeeping(settings.maxAge(), chains, access, news, timers, inbox, clock, log, counters);
    }

    // ---- opening and closing --------------------------------------------------------------------------------------

    /** Opens it; what was found goes to the chains. */
    public void open() {
        housekeeping.begin();
        List<SpoolRun.Chain> wanted = chains.stream().map(Chain::place).toList();
        SpoolLimits limits = new SpoolLimits(
                settings.maxBytes(),
                settings.keepFreeBytes(),
                settings.segmentBytes(),
                settings.sync().interval().isZero());
        access.open(
                () -> SpoolStore.open(settings.directory(), limits, files, housekeeping::wallMillis, wanted, news),
                store -> {
                    List<FoundRun> found = FoundRun.describe(store, store.runs());
                    counters.counter("spool.segments.damaged").add(store.damagedSegments());
                    inbox.post(() -> onOpened(found));
                });
    }

    private void onOpened(List<FoundRun> found) {
        access.opened();
        housekeeping.take(found);
        chains.forEach(Chain::onSpoolOpened);
    }

    /** Forces and closes everything after what was asked for before; the slot is free then. Ends on the disk thread. */
    public void close() {
        access.close(e -> log.warn("spool.close", "the spool in " + settings.directory() + " could not be closed", e));
    }

    // ---- what is known of it --------------------------------------------------------------------------------------

    /** Whether writing makes sense now. */
    boolean canWrite() {
        return access.canWrite();
    }

    /** Whether it was tried and does not work for now. */
    boolean hasFailed() {
        return access.hasFailed();
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

    // ---- runs and their batches -----------------------------------------------------------------------------------

    /** Begins a run of the chain at {@code place}; it is given to {@code started}, or null when the disk does not work. */
    void startRun(SpoolRun.Chain place, Consumer<@Nullable SpoolRun> started) {
        access.submit(
                "cannot begin a run",
                store -> {
                    SpoolRun run = store.startRun(place);
                    inbox.post(() -> started.accept(run));
                },
                failure -> {
                    started.accept(null);
                    access.suspend("cannot begin a run", failure);
                });
    }

    /** What becomes of the batches of {@code stored} is told to {@code run}. */
    void register(SpoolRun stored, Run run) {
        news.register(stored, run);
    }

    /** Later runs are under a new stream id. */
    public void changeStream(Runnable done) {
        access.submit(
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
        access.submit(
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
        access.submit("cannot note a gap", store -> store.noteGap(run, attempt, gap), failure -> {});
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
            access.submit("cannot be forced", SpoolStore::sync, failure -> {});
        }
    }

    void ack(SpoolRun run, long through) {
        access.submit("cannot note acknowledgements", store -> store.ack(run, through), failure -> {});
        if (!saveDue) {
            saveDue = true;
            timers.schedule(clock.nanoTime(), SAVE_ACKS_AFTER, this::saveAcks);
        }
    }

    private void saveAcks() {
        saveDue = false;
        access.submit("cannot note acknowledgements", SpoolStore::saveAcks, failure -> {});
    }

    /** Reads on; nothing is given when that fails now. */
    void read(SpoolRun run, long from, long through, int maxBytes, Consumer<List<Stored>> read) {
        access.submit(
                "cannot be read",
                store -> {
                    List<Stored> found = store.read(run, from, through, maxBytes);
                    inbox.post(() -> read.accept(found));
                },
                failure -> health.retrySoon(() -> read.accept(List.of())));
    }

    /** Counts records; -1 is given when that fails. */
    void count(SpoolRun run, long from, long through, LongConsumer counted) {
        access.submit(
                "cannot be read",
                store -> {
                    long records = store.countRecords(run, from, through);
                    inbox.post(() -> counted.accept(records));
                },
                failure -> counted.accept(-1));
    }

    void reject(SpoolRun run, Batch batch, String reason) {
        access.submit("cannot keep a rejected batch", store -> store.reject(run, batch, reason), failure -> {});
    }

    /** Nothing is written to the run for now. */
    void rest(SpoolRun run) {
        access.submit("cannot be forced", store -> store.rest(run), failure -> {});
    }

    /** The run is over. */
    void end(SpoolRun run) {
        news.forget(run);
        access.submit("cannot be tidied", store -> store.end(run), failure -> {});
    }
}
