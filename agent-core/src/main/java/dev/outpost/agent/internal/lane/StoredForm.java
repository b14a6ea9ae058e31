package dev.outpost.agent.internal.lane;

import dev.outpost.agent.internal.spool.Batch;
import dev.outpost.agent.internal.spool.FrameType;
import dev.outpost.agent.internal.spool.Stored;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.protocol.Signal;
import java.util.List;

/** The form in which a batch or gap lies in the spool: there and back. Without state. */
final class StoredForm {

    private StoredForm() {}

    /** The batch of {@code entry}, to be written. */
    static Batch toStore(Entry entry, ClosedBatch batch) {
        return new Batch(
                entry.through(),
                entry.records(),
                batch.signal() == Signal.LOGS ? FrameType.LOGS : FrameType.METRICS,
                batch.codecNumber(),
                batch.body());
    }

    /** A gap, to be noted. */
    static Stored.Gap toStore(Entry gap) {
        return new Stored.Gap(gap.from(), gap.through(), gap.records(), gap.reason());
    }

    /** A batch that was read back: when it was closed, and who waited for it, is not kept. */
    static Entry read(Stored.Frame frame) {
        ClosedBatch batch = new ClosedBatch(
                frame.header().type() == FrameType.LOGS ? Signal.LOGS : Signal.METRICS,
                frame.header().priority(),
                frame.records(),
                ClosedBatch.codec(frame.header().codec()),
                frame.body(),
                0,
                List.of());
        return new Entry(frame.through(), batch, true);
    }

    /** A gap that was read back, as far as {@code through}. */
    static Entry read(Stored.Gap gap, long through) {
        return new Entry(gap.from(), through, gap.records(), gap.reason(), true);
    }
}
