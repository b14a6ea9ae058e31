package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.base.Timers;
import dev.outpost.agent.internal.spool.SpoolRun;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.internal.telemetry.LaneGate;
import dev.outpost.agent.internal.telemetry.Promise;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.schedule.AgentClock;
import java.util.List;
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

    private final Lane lane;
    private final SpoolRun.Chain place;
    private final LaneAccount account;
    private final LaneGate gate;
    private final AgentClock clock;
    private final Backlog backlog;
    private final ChainSpool spool;
    private final Runs runs;
    private final Succession succession;
    private final Sender sender;
    private final Safekeeping safekeeping;
    private boolean connected;

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
        this.clock = clock;
        this.backlog = new Backlog(timers, clock, random);
        this.spool = new ChainSpool(lane, gate, timers, clock);
        this.runs = new Runs(backlog, () -> new Run(spool, account, gate));
        this.sender = new Sender(windowBatches, backlog, timers, clock);
        this.safekeeping = new Safekeeping(this, runs, spool, timers, clock);
        this.succession = new Succession(place, runs, backlog, spool, this::check);
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
        spool.use(client);
        if (client == null) {
            succession.nameInMemory();
        }
    }

    Run onFound(FoundRun found) {
        Run run = new Run(spool, account, gate, found);
        backlog.add(run);
        backlog.plan(found.bytes(), spool.client());
        return run;
    }

    void onSpoolOpened() {
        gate.spoolWorks(true);
        succession.beginInSpool();
    }

    /** The spool does not work: what has no name yet gets one that needs no disk. */
    void onSpoolFailed() {
        succession.nameInMemory();
        gate.spoolWorks(false);
        safekeeping.breakPromises();
    }

    void onSpoolRetry() {
        gate.spoolWorks(true);
        if (!live().inSpool().isPresent()) {
            succession.beginInSpool();
        }
        check();
    }

    /** Another live agent uses the same stream: begin again under another name. */
    public void onConflict() {
        succession.begin();
    }

    /** Looks at what has waited for too long; every few hundred milliseconds. */
    void check() {
        if (spool.canWrite()) {
            runs.forEach(run -> spool.spillIfNeeded(run, live()));
            safekeeping.secure();
        }
    }

    /** Whether what comes, or what was not written before, goes to the spool. */
    boolean isSpilling() {
        return runs.isSpilling();
    }

    // ---- batches that come ----------------------------------------------------------------------------------------

    private Run live() {
        return runs.live();
    }

    void offer(ClosedBatch batch) {
        live().offer(batch);
        unsentChanged();
        if (!batch.promises().isEmpty()) {
            safekeeping.secure();
        }
        spool.onOffered(live());
    }

    long dropOldest(long bytes) {
        long freed = live().dropOldest(bytes, "oldest_dropped");
        unsentChanged();
        return freed;
    }

    private void unsentChanged() {
        lane.unsentChanged();
    }

    int unsent() {
        return live().unsent();
    }

    /** What its runs hold in memory. */
    long bytesInMemory() {
        return runs.bytesInMemory();
    }

    // ---- sending --------------------------------------------------------------------------------------------------

    /** How many batches may be unacknowledged. */
    public void window(int batches) {
        sender.window(batches);
    }

    /** The batch to send next, or null when there is none, the window is full or the chain pauses. It stays where it is. */
    public @Nullable Offer next() {
        return sender.next(live());
    }

    /** What {@link #next} gave was sent. */
    public void sent(Offer offer) {
        sender.sent(offer, live());
        unsentChanged();
    }

    /** What {@link #next} gave can never be sent. */
    public void dropNext(Offer offer, String reason) {
        offer.run().dropNext(reason);
    }

    /** Gives nothing to send before {@code until}. */
    public void pauseUntil(long until) {
        sender.pauseUntil(until);
    }

    /** The positions of the runs that are sent at once, for a hello. */
    public List<StreamPosition> announce() {
        return live().isReady() ? List.of(live().acked()) : List.of();
    }

    /** The destination has read a hello with those positions. */
    public void onAnnounced(List<StreamPosition> positions) {
        runs.forEach(run -> run.opened(positions.stream().anyMatch(run::isOf)));
    }

    /** Whether {@code position} is one of this chain's that was sent. */
    public boolean knows(StreamPosition position) {
        return runs.find(position) != null;
    }

    /**
     * All batches of the run up to {@code through} are delivered. Late and repeated acknowledgements are without effect.
     *
     * @return whether any batch was delivered by it
     */
    public boolean ack(StreamPosition through) {
        Run run = runs.find(through);
        if (run == null || !run.ack(through.sequence())) {
            return false;
        }
        sender.acked(through);
        if (run == live()) {
            gate.progress(clock.nanoTime());
        } else if (run.isDelivered()) {
            backlog.remove(run);
            run.inSpool().end();
        }
        unsentChanged();
        return true;
    }

    /** A batch in flight will never be taken. */
    public void rejected(StreamPosition position, String reason) {
        Run run = runs.find(position);
        if (run != null) {
            run.rejected(position.sequence(), reason);
        }
    }

    /** Whether a batch was sent and neither acknowledged nor taken back. */
    public boolean isInFlight(StreamPosition position) {
        Run run = runs.find(position);
        return run != null && run.isInFlight(position.sequence());
    }

    /**
     * A batch is to be sent again, with all that follows it in its run.
     *
     * @return how often that was so of this batch in a row
     */
    public int refused(StreamPosition position) {
        return knows(position) ? sender.refused(position) : 0;
    }

    /** What was in flight in the run of that position is to be sent again. */
    public void rewind(StreamPosition position) {
        Run run = runs.find(position);
        if (run != null) {
            run.rewind();
        }
        unsentChanged();
    }

    // ---- connection -----------------------------------------------------------------------------------------------

    /** The destination takes batches. */
    public void onConnected() {
        connected = true;
        spool.onConnected();
        if (spool.isPresent()
                && live().inSpool().backlogBytes() > spool.client().backlogBytes()
                && !backlog.isFull()) {
            backlog.forgetPlan();
            succession.beginInSpool();
        }
    }

    /** It takes them over another connection: what was in flight is to be sent again, there. */
    public void onMoved() {
        sender.reset();
        runs.forEach(Run::rewind);
        unsentChanged();
    }

    /** It does not any more: what was in flight is to be sent again, and is put on disk until then. */
    public void onDisconnected() {
        connected = false;
        spool.onDisconnected();
        sender.reset();
        runs.forEach(run -> {
            run.rewind();
            run.opened(false);
            spool.spillIfNeeded(run, live());
            if (spool.isPresent()) {
                run.promises().contentWithSafe();
                run.keepPromises();
            }
        });
        safekeeping.breakPromises();
        safekeeping.secure();
        unsentChanged();
    }

    /** Whether batches are taken. */
    boolean isConnected() {
        return connected;
    }

    // ---- waiting and ending ---------------------------------------------------------------------------------------

    /** {@code promise} is kept as soon as what its runs hold now is in the spool or delivered. */
    void whenSafe(Promise promise) {
        safekeeping.whenSafe(promise);
    }

    /**
     * {@code promise} is kept as soon as what this process has begun to send is delivered; on disk, if nobody is there to take
     * it.
     */
    void whenDelivered(Promise promise) {
        if (spool.isPresent() && !connected) {
            safekeeping.whenSafe(promise);
        } else {
            safekeeping.whenDelivered(promise);
        }
    }

    /** Writes down what is not delivered, as far as there is a spool. */
    void spillAll() {
        safekeeping.spillAll();
    }

    /** Drops what is in memory only. */
    void close() {
        runs.forEach(Run::close);
        unsentChanged();
    }
}
