package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.spool.SpoolRun;
import dev.outpost.agent.internal.spool.Stored;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What of a run is in the spool, on its way there, and on its way back. Control loop only.
 *
 * <pre>
 *   … handed        │ handed+1 … issued              │ issued+1 …
 *   in the spool    │ given to the disk thread,      │ in memory only
 *                   │ and in memory until it answers │
 * </pre>
 */
final class RunInSpool {

    private final Run run;
    private final ChainSpool spool;
    private final SpooledAccount account;
    private final ReadAhead reading;
    private @Nullable SpoolRun place;
    private boolean spilling;
    private int attempt;
    private long issued;
    private long highestIssued;
    private long handed;
    private long synced;
    private long ackedThere;
    private boolean writing;
    private @Nullable Object resting;
    private boolean hasGivenUp;
    private boolean over;

    RunInSpool(Run run, ChainSpool spool, LaneAccount account) {
        this.run = run;
        this.spool = spool;
        this.account = new SpooledAccount(account);
        this.reading = new ReadAhead(run, spool);
    }

    void bind(SpoolRun to) {
        place = to;
    }

    /** An earlier process left it. */
    void bind(FoundRun found) {
        place = found.run();
        ackedThere = found.acked();
        reading.rewind(found.acked());
        issued = found.last();
        highestIssued = found.last();
        handed = found.last();
        synced = found.last();
        account.recovered(found.records(), found.bytes());
    }

    boolean isPresent() {
        return place != null;
    }

    /** The spool has everything up to this, but for what it has lost. */
    long handed() {
        return handed;
    }

    /** Everything up to this is forced to the disk. */
    long synced() {
        return synced;
    }

    /** Up to here batches were once given to the disk: their numbers are theirs for ever, for they may lie there. */
    long highestIssued() {
        return highestIssued;
    }

    /** Whether everything up to {@code last} was given to the disk. */
    boolean isIssued(long last) {
        return issued >= last;
    }

    boolean isIssued(Entry entry) {
        return entry.from() <= issued;
    }

    /** Bytes that wait there to be delivered. */
    long backlogBytes() {
        return run.ackedThrough() < handed ? Math.max(1, account.bytes()) : 0;
    }

    // ---- writing --------------------------------------------------------------------------------------------------

    /** Writes what is not acknowledged, and from now on whatever is offered. */
    void spill() {
        if (place == null || !spool.client().canWrite() || (isIssued(run.last()) && !spool.writesAhead())) {
            return;
        }
        if (!spilling) {
            spilling = true;
            spool.spillingChanged();
        }
        appendRest();
    }

    boolean isSpilling() {
        return spilling;
    }

    /** The newest batch came. */
    void offered(Entry newest) {
        if (spilling) {
            if (isIssued(newest.from() - 1)) {
                append(newest);
            } else {
                appendRest();
            }
        }
    }

    private void appendRest() {
        if (!isIssued(run.last())) {
            run.forEachUnread(this::append);
        }
    }

    /** The disk is given only so much at a time: what waits there cannot be taken back when it is delivered meanwhile. */
    private void append(Entry entry) {
        SpoolRun present = place;
        if (isIssued(entry)
                || present == null
                || !isNext(entry)
                || !spool.client().hasRoom()) {
            return;
        }
        issued = entry.through();
        highestIssued = Math.max(highestIssued, issued);
        writing = true;
        resting = null;
        ClosedBatch batch = entry.batch();
        if (batch == null) {
            spool.client().noteGap(present, attempt, StoredForm.toStore(entry));
        } else {
            spool.client().append(present, attempt, StoredForm.toStore(entry, batch));
        }
    }

    private boolean isNext(Entry entry) {
        return entry.from() <= Math.max(issued, run.ackedThrough()) + 1;
    }

    /** It has everything up to {@code through}: memory may forget it. */
    void onStored(long through) {
        if (through > handed) {
            long before = handed;
            handed = through;
            run.handOver(before, through, this::take);
            tellAcked();
            settle();
            spool.onStored();
        }
        if (spilling) {
            appendRest();
        }
    }

    private void take(Entry entry) {
        entry.stored(true);
        if (entry.batch() != null) {
            account.stored(entry);
        }
    }

    void onSynced(long through) {
        synced = Math.max(synced, through);
        run.keepPromises();
    }

    /** Writing failed; everything beyond what was handed over is in memory still, and will be written again. */
    void onWriteFailed(long through) {
        spilling = false;
        spool.spillingChanged();
        attempt++; // what the disk thread was given before is passed over, however it came there
        if (through < handed) {
            loseUnforced(through);
        }
        onStored(through);
        issued = Math.max(handed, run.ackedThrough());
        settle();
    }

    /** Memory had let go of it when it was written, as the policy says; and what was never forced can be gone. */
    private void loseUnforced(long forced) {
        SpoolRun present = place;
        if (present == null) {
            return;
        }
        Stored.Gap gone = new Stored.Gap(forced + 1, handed, 0, "not_forced");
        account.restIs(gone.reason());
        unstore(gone);
        spool.client().noteGap(present, attempt, gone); // or reading would wait for it for ever
        recount();
    }

    /** What was lost is not known: the spool says what is left. */
    private void recount() {
        SpoolRun present = place;
        if (present != null) {
            count(present, run.ackedThrough() + 1, handed, account.countLeft());
        }
    }

    private void count(SpoolRun present, long from, long through, LongConsumer counted) {
        spool.client().count(present, from, through, records -> {
            counted.accept(records);
            settle();
            endIfOver();
        });
    }

    /** Lets go of the file that it writes to, unless it has begun again. */
    private void rest(Object asked) {
        if (asked != resting) {
            return; // it has written since
        }
        resting = null;
        SpoolRun present = place;
        if (present != null && !spilling && writing) {
            writing = false;
            spool.client().rest(present);
        }
    }

    // ---- reading --------------------------------------------------------------------------------------------------

    /** Whether there is more than what was read or sent. */
    boolean hasUnread() {
        return reading.through() < handed;
    }

    /** Has the next batches read, which the run is then given. */
    void readOn() {
        SpoolRun present = place;
        if (present != null) {
            reading.readOn(present, handed);
        }
    }

    /** Everything up to {@code sequence} was sent or delivered, and need not be read. */
    void passed(long sequence) {
        reading.passed(sequence);
    }

    /** Reading begins again behind {@code acked}. */
    void rewind(long acked) {
        reading.rewind(acked);
    }

    // ---- what became of it ----------------------------------------------------------------------------------------

    /** A batch that it holds is delivered. */
    void delivered(Entry entry) {
        account.delivered(entry);
    }

    /** All up to {@code through} is delivered, of which a part may lie here that was not read since it was sent. */
    void ack(long through) {
        SpoolRun present = place;
        long to = Math.min(through, handed);
        if (present != null && reading.through() < to) {
            count(present, reading.through() + 1, to, account.countDelivered());
        }
    }

    private void endIfOver() {
        if (over) {
            end();
        }
    }

    void tellAcked() {
        tellAcked(handed);
    }

    private void tellAcked(long held) {
        SpoolRun present = place;
        long acked = run.ackedThrough();
        if (present != null && ackedThere < Math.min(acked, held)) {
            ackedThere = acked;
            spool.client().ack(present, acked);
        }
    }

    /** The agent ends. What is still on its way to the disk, and delivered, need not be found there by the next one. */
    void close() {
        tellAcked(issued);
    }

    /** With everything delivered the spool holds nothing more of it: what is left in the account is lost. */
    void settle() {
        if (run.ackedThrough() < handed || place == null) {
            return;
        }
        account.settle();
        if (spilling && !spool.writesAhead() && run.hasCaughtUp()) {
            spilling = false;
            spool.spillingChanged();
        }
        if (writing && !spilling && resting == null) {
            Object mine = new Object();
            resting = mine;
            spool.restLater(() -> rest(mine));
        }
    }

    /** A batch is given up. It is kept aside there for people to look at, if anybody should. */
    void gaveUp(Entry entry, ClosedBatch batch, String reason, boolean isKept) {
        SpoolRun present = place;
        hasGivenUp = true;
        if (present != null && isKept) {
            spool.client().reject(present, StoredForm.toStore(entry, batch), reason);
        }
        if (entry.isStored()) {
            account.gaveUp(entry, reason);
        }
    }

    /** It has lost batches. Those of them that are in memory at this moment may be delivered all the same. */
    void onLost(Stored.Gap lost) {
        long here = unstore(lost);
        if (hasGivenUp || lost.from() <= run.ackedThrough()) {
            account.restIs(lost.reason()); // some of it may have been given up or delivered already
            recount();
        } else {
            account.lost(lost.records() - here, lost.reason());
        }
    }

    private long unstore(Stored.Gap lost) {
        long here = run.unstore(lost, account.records());
        account.unspooled(here);
        return here;
    }

    /** The run is over: what the spool has of it is of no use any more. */
    void end() {
        over = true;
        SpoolRun present = place;
        if (!account.isCounting() && present != null) {
            account.dropRest();
            spool.client().end(present);
        }
    }
}
