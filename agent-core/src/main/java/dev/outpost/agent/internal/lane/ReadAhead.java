package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.spool.SpoolRun;
import dev.outpost.agent.internal.spool.Stored;

/** Reads a run back from the spool, a piece at a time. What was asked for before a rewind is not taken. Control loop only. */
final class ReadAhead {

    private static final int BYTES = 1 << 20;

    private final Run run;
    private final ChainSpool spool;
    private long read;
    private boolean reading;
    private int turn;

    ReadAhead(Run run, ChainSpool spool) {
        this.run = run;
        this.spool = spool;
    }

    /** Up to where it was read. */
    long through() {
        return read;
    }

    /** Has the next batches up to {@code last} read, which the run is then given. */
    void readOn(SpoolRun from, long last) {
        if (reading) {
            return;
        }
        reading = true;
        int mine = ++turn;
        spool.client().read(from, read + 1, last, BYTES, found -> {
            if (mine == turn) {
                reading = false;
                found.forEach(stored -> take(stored, last));
            }
        });
    }

    /** A gap may reach beyond what was asked for: from there on it is in memory still. */
    private void take(Stored found, long last) {
        if (found.through() <= read) {
            return;
        }
        read = Math.min(found.through(), last);
        if (found instanceof Stored.Frame frame) {
            run.takeRead(StoredForm.read(frame));
        } else if (found instanceof Stored.Gap gap) {
            run.takeRead(StoredForm.read(gap, read));
        }
    }

    /** Everything up to {@code sequence} was sent or delivered, and need not be read. */
    void passed(long sequence) {
        if (read < sequence) {
            rewind(sequence);
        }
    }

    /** Reading begins again behind {@code acked}. */
    void rewind(long acked) {
        read = acked;
        turn++;
        reading = false;
    }
}
