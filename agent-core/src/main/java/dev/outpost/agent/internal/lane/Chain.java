package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.spool.SpoolRun;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.internal.telemetry.LaneGate;
import dev.outpost.agent.internal.telemetry.Promise;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.schedule.AgentClock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The batches of one lane and priority class: the live run, to which new batches are added, and older runs that are sent
 * beside it until nothing is left of them. Control loop only.
 *
 * <p>When the destination comes back and finds more in the spool than it could have had under way, the run is closed and a
 * new one begins: what happens now is sent at once, what happened meanwhile in at most every second batch.
 */
public final class Chain {

    /** Why a promise is broken: what was to be written could not be. */
    public static final String SPOOL_FAILED = "spool_failed";

    /** Why a promise is broken: the agent has ended. */
    public static final String CLOSED = "closed";

    private static final long BACKLOG_BYTES = 1L << 20;
    private static final Duration REST_AFTER = Duration.ofSeconds(30);
    private static final Duration SECURE_AFTER = Duration.ofMillis(10);
    private static final Duration RETRY_READING = Duration.ofMillis(1);
    private static final int MOST_WINDOW = 1_024;

    private final Lane lane;
    private final SpoolRun.Chain place;
    private final LaneAccount account;
    private final LaneGate gate;
    private final Timers timers;
    private final AgentClock clock;
    private final RandomGenerator random;
    private final AdaptiveWindow window;
    private final Deque<Run> backlog = new ArrayDeque<>();
    private @Nullable SpoolClient spool;
    private Run live;
    private boolean beginning;
    private boolean connected;
    private boolean away;
    private boolean replayedLast;
    private long replayFrom;
    private boolean replayPlanned;
    private boolean paused;
    private long pausedUntil;

    Chain(
            Lane lane,
            SpoolRun.Chain place,
            LaneAccount account,
            LaneGate gate,
            int windowBatches,
            Timers timers,
            AgentClock clock,
            RandomGenerator random) {
        this.lane = lane;
        this.place = place;
        this.account = account;
        this.gate = gate;
        this.timers = timers;
        this.clock = clock;
        this.random = random;
        this.window = new AdaptiveWindow(Math.min(windowBatches, MOST_WINDOW));
        this.live = new Run(this, account, gate);
    }

    /**
     * A batch, or gap, and the run that it is of.
     *
     * @param run where it stands
     * @param entry what it is
     */
    public record Offer(Run run, Entry entry) {}

    /** Its place in the spool. */
    SpoolRun.Chain place() {
        return place;
    }

    /** The lane that it is of. */
    public Lane lane() {
        return lane;
    }

    // ---- spool ----------------------------------------------------------------------------------------------------

    /** Gives it a spool, or says that there is none: then it works under a name that only this process knows. */
    void spool(@Nullable SpoolClient client) {
        spool = client;
        gate.spoolWorks(client != null); // a lane that fills up while it is being opened has somewhere to go
        if (client == null) {
            live.identify(UUID.randomUUID(), 1);
        }
    }

    SpoolClient spool() {
        if (spool == null) {
            throw new IllegalStateException("this chain has no spool");
        }
        return spool;
    }

    boolean writesAhead() {
        return spool != null && spool.settings().spillAfter().isZero();
    }

    Run onFound(SpoolClient.Found found) {
        Run run = new Run(this, account, gate, found);
        backlog.add(run);
        planReplay(found.bytes());
        return run;
    }

    private void planReplay(long bytes) {
        if (!replayPlanned && bytes > BACKLOG_BYTES && spool != null) {
            replayPlanned = true;
            Duration spread = spool.settings().replaySpread();
            replayFrom = clock.nanoTime() + (long) (random.nextDouble() * spread.toNanos());
            timers.schedule(replayFrom, () -> {}); // the loop turns then, and sends
        }
    }

    void onSpoolOpened() {
        gate.spoolWorks(true);
        beginRun();
    }

    /** The spool does not work: what has no name yet gets one that needs no disk. */
    void onSpoolFailed() {
        if (!live.isReady()) {
            live.identify(UUID.randomUUID(), 1);
        }
        gate.spooling(false);
        gate.spoolWorks(false);
        breakPromises();
    }

    void onSpoolRetry() {
        gate.spoolWorks(true);
        if (!live.isInSpool()) {
            beginRun();
        }
        allRuns().forEach(this::spillIfNeeded);
    }

    private void breakPromises() {
        if (!connected && spool != null && !spool.canWrite()) {
            allRuns().forEach(run -> run.breakPromises(SPOOL_FAILED));
        }
    }

    private void beginRun() {
        if (beginning || spool == null) {
            return;
        }
        beginning = true;
        spool.startRun(this, started -> {
            beginning = false;
            if (started != null) {
                onRunBegun(started);
            } else if (!live.isReady()) {
                live.identify(UUID.randomUUID(), 1);
            }
        });
    }

    private void onRunBegun(SpoolRun started) {
        if (live.isReady()) {
            Run before = live;
            live = new Run(this, account, gate);
            live.takeRestOf(before);
            before.spill();
            if (!before.isDelivered()) {
                backlog.add(before);
                planReplay(before.backlogBytes());
            } else {
                before.end();
            }
        }
        live.identify(started);
        spool().register(started, live);
        if (writesAhead()) {
            live.spill();
        } else {
            spillIfNeeded(live);
        }
    }

    /** Another live agent uses the same stream: begin again under another name. */
    public void onConflict() {
        if (spool == null) {
            Run before = live;
            live = new Run(this, account, gate);
            live.takeRestOf(before);
            live.identify(UUID.randomUUID(), 1);
            if (!before.isDelivered()) {
                backlog.add(before);
            }
        } else {
            beginRun();
        }
    }

    /** Looks at what has waited for too long; every few hundred milliseconds. */
    void check() {
        allRuns().forEach(this::spillIfNeeded);
    }

    private void spillIfNeeded(Run run) {
        if (spool == null || !spool.canWrite()) {
            return;
        }
        long oldest = run.oldestUnwritten();
        if (oldest == Long.MAX_VALUE) {
            return;
        }
        boolean late =
                clock.nanoTime() - oldest >= spool.settings().spillAfter().toNanos();
        if (late || away || gate.isNearlyFull() || run != live) {
            run.spill();
            gate.spooling(true);
        }
    }

    void restLater(Run run) {
        gate.spooling(false);
        timers.schedule(clock.nanoTime(), REST_AFTER, run::rest);
    }

    void onProgress() {
        gate.progress(clock.nanoTime());
        unsentChanged();
    }

    /** What it holds now is to be safe soon: by an acknowledgement, or else on disk. */
    void secure() {
        if (spool == null || !live.hasUnsafe()) {
            return;
        }
        if (connected && live.backlogBytes() == 0) {
            timers.schedule(clock.nanoTime(), SECURE_AFTER, this::secureNow);
        } else {
            secureNow();
        }
    }

    private void secureNow() {
        if (live.hasUnsafe() && spool().canWrite()) {
            live.spill();
            spool().sync();
        } else {
            breakPromises();
        }
    }

    // ---- taking in ------------------------------------------------------------------------------------------------

    void offer(ClosedBatch batch) {
        live.offer(batch);
        unsentChanged();
        if (!batch.promises().isEmpty()) {
            secure();
        }
        if (gate.isNearlyFull() || away) {
            spillIfNeeded(live);
        }
    }

    long dropOldest(long bytes) {
        long freed = live.dropOldest(bytes, "oldest_dropped");
        unsentChanged();
        return freed;
    }

    private void unsentChanged() {
        lane.unsentChanged();
    }

    int unsent() {
        return live.unsent();
    }

    // ---- sending --------------------------------------------------------------------------------------------------

    /** How many batches may be unacknowledged. */
    public void window(int batches) {
        window.limit(Math.min(batches, MOST_WINDOW));
    }

    /** The batch to send next, or null when there is none, the window is full or the chain pauses. It stays where it is. */
    public @Nullable Offer next() {
        if (paused && clock.nanoTime() - pausedUntil >= 0) {
            paused = false;
        }
        if (paused) {
            return null;
        }
        Entry now = live.next(window.size());
        Offer older = now == null || !replayedLast ? nextOfBacklog() : null;
        if (older != null) {
            replayedLast = true;
            return older;
        }
        replayedLast = false;
        return now == null ? null : new Offer(live, now);
    }

    private @Nullable Offer nextOfBacklog() {
        if (backlog.isEmpty() || (replayPlanned && clock.nanoTime() - replayFrom < 0)) {
            return null;
        }
        Run oldest = backlog.element();
        Entry entry = oldest.next(Math.max(1, window.size() / 2));
        return entry == null ? null : new Offer(oldest, entry);
    }

    /** What {@link #next} gave was sent. */
    public void sent(Offer offer) {
        offer.run().sent();
        window.sent(offer.run().position(offer.entry().through()), clock.nanoTime());
        unsentChanged();
    }

    /** What {@link #next} gave can never be sent. */
    public void dropNext(Offer offer, String reason) {
        offer.run().dropNext(reason);
    }

    /** Gives nothing to send before {@code until}. */
    public void pauseUntil(long until) {
        paused = true;
        pausedUntil = until;
        timers.schedule(until, () -> {}); // the loop turns then, and sends
    }

    /** The positions of the runs that are sent at once, for the hello; they count as told. */
    public List<StreamPosition> announce() {
        if (!live.isReady()) {
            return List.of();
        }
        live.opened(true);
        return List.of(live.acked());
    }

    // ---- what became of it ----------------------------------------------------------------------------------------

    /** The run of that position, if something of it was sent. */
    private @Nullable Run find(StreamPosition position) {
        if (live.knows(position)) {
            return live;
        }
        for (Run run : backlog) {
            if (run.knows(position)) {
                return run;
            }
        }
        return null;
    }

    /** Whether {@code position} is one of this chain's that was sent. */
    public boolean knows(StreamPosition position) {
        return find(position) != null;
    }

    /**
     * All batches of the run up to {@code through} are delivered. Late and repeated acknowledgements are without effect.
     *
     * @return whether any batch was delivered by it
     */
    public boolean ack(StreamPosition through) {
        Run run = find(through);
        if (run == null || !run.ack(through.sequence())) {
            return false;
        }
        window.acked(through, clock.nanoTime());
        if (run == live) {
            gate.progress(clock.nanoTime());
        } else if (run.isDelivered()) {
            endWhenCounted(run);
        }
        unsentChanged();
        return true;
    }

    private void endWhenCounted(Run run) {
        backlog.remove(run);
        if (spool != null && spool.isCounting()) {
            timers.schedule(clock.nanoTime(), RETRY_READING, () -> endWhenCounted(run));
        } else {
            run.end();
        }
    }

    /** A batch in flight will never be taken. */
    public void rejected(StreamPosition position, String reason) {
        Run run = find(position);
        if (run != null) {
            run.rejected(position.sequence(), reason);
        }
    }

    /** Whether a batch was sent and neither acknowledged nor taken back. */
    public boolean isInFlight(StreamPosition position) {
        Run run = find(position);
        return run != null && run.isInFlight(position.sequence());
    }

    /**
     * A batch is to be sent again, with all that follows it in its run.
     *
     * @return how often that was so of this batch in a row
     */
    public int refused(StreamPosition position) {
        Run run = find(position);
        if (run == null) {
            return 0;
        }
        window.failed();
        return run.refused(position.sequence());
    }

    /** What was in flight in the run of that position is to be sent again. */
    public void rewind(StreamPosition position) {
        Run run = find(position);
        if (run != null) {
            run.rewind();
        }
        unsentChanged();
    }

    // ---- connection -----------------------------------------------------------------------------------------------

    /** The destination takes batches. */
    public void onConnected() {
        connected = true;
        away = false;
        if (live.backlogBytes() > BACKLOG_BYTES) {
            replayPlanned = false;
            beginRun();
        }
    }

    /** It does not any more: what was in flight is to be sent again, and is put on disk until then. */
    public void onDisconnected() {
        connected = false;
        away = true;
        window.reset();
        for (Run run : allRuns()) {
            run.rewind();
            run.opened(false);
            spillIfNeeded(run);
            if (spool != null) {
                run.contentWithSafe();
            }
        }
        if (live.hasPromises()) {
            secure();
        }
        breakPromises();
        unsentChanged();
    }

    private List<Run> allRuns() {
        List<Run> all = new ArrayList<>(backlog);
        all.add(live);
        return all;
    }

    // ---- waiting and ending ---------------------------------------------------------------------------------------

    void whenSafe(Promise promise) {
        live.whenSafe(promise);
        secure();
    }

    /** {@code promise} is kept when what the live run holds now is delivered; on disk, if nobody is there to take it. */
    void whenDelivered(Promise promise) {
        if (spool != null && !connected) {
            whenSafe(promise);
        } else {
            live.whenDelivered(promise);
        }
    }

    /** Writes down what is not delivered, as far as there is a spool. */
    void spillAll() {
        if (spool != null) {
            allRuns().forEach(Run::spill);
            spool.sync();
        }
    }

    /** Drops what is in memory only. */
    void close() {
        allRuns().forEach(Run::close);
        unsentChanged();
    }
}
