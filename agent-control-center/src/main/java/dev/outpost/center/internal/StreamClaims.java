package dev.outpost.center.internal;

import dev.outpost.center.store.WatermarkStore.StreamEpoch;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which intake an epoch belongs to, over all connections: so that two live instances never send the same one, and a batch that
 * an ended connection has left at the handler is waited for. Guarded by itself; the locks of intakes are taken within.
 */
final class StreamClaims {

    private final Map<StreamEpoch, StreamIntake> holders = new HashMap<>();

    /**
     * Claims an epoch; the intake that had it before is closed.
     *
     * @return the intake of another live instance that has the epoch and keeps it, or null
     */
    synchronized @Nullable StreamIntake claim(StreamIntake next) {
        StreamIntake held = holders.get(next.epoch());
        if (held != null) {
            if (held.session().isOtherLiveInstance(next.session())) {
                return held;
            }
            next.follow(held.close());
        }
        holders.put(next.epoch(), next);
        return null;
    }

    /** Closes an intake; its claim ends once nothing of it is at the handler any more. */
    void release(StreamIntake intake) {
        var unused = intake.close().whenComplete((ignored, failure) -> remove(intake));
    }

    private synchronized void remove(StreamIntake intake) {
        holders.remove(intake.epoch(), intake);
    }
}
