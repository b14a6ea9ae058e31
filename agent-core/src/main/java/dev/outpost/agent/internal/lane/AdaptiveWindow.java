package dev.outpost.agent.internal.lane;

import dev.outpost.agent.protocol.StreamPosition;
import org.jspecify.annotations.Nullable;

/**
 * How many batches may be unacknowledged: as many as are of use. One batch's round trip is measured at a time. When it is
 * within what is usual and the window was used up, the window grows by one; when it is far beyond, or the destination asks
 * for a pause, the window shrinks by a tenth, at least by one. Control loop only.
 *
 * <p>Usual is the moving average (weight 0.4 for the newest) plus 2.5 mean deviations, the numbers that Vector's adaptive
 * request concurrency uses.
 */
final class AdaptiveWindow {

    private static final double WEIGHT = 0.4;
    private static final double DEVIATIONS = 2.5;
    private static final double SHRINK = 0.9;
    private static final int FIRST = 4;

    private int limit;
    private double size;
    private double average;
    private double deviation;
    private int samples;
    private int underWay;
    private boolean usedUp;
    private @Nullable StreamPosition measured;
    private long measuredSince;

    AdaptiveWindow(int limit) {
        this.limit = limit;
        this.size = Math.min(FIRST, limit);
    }

    /** The most it may become. */
    void limit(int batches) {
        limit = Math.max(1, batches);
        size = Math.min(size, limit);
    }

    int size() {
        return Math.max(1, (int) size);
    }

    void sent(StreamPosition position, long now) {
        underWay++;
        usedUp |= underWay >= size();
        if (measured == null) {
            measured = position;
            measuredSince = now;
        }
    }

    void acked(StreamPosition through, long now) {
        underWay = Math.max(0, underWay - 1);
        StreamPosition waited = measured;
        if (waited == null
                || waited.epoch() != through.epoch()
                || !waited.streamId().equals(through.streamId())
                || through.sequence() < waited.sequence()) {
            return;
        }
        measured = null;
        underWay = 0;
        double roundTrip = now - measuredSince;
        boolean usual = samples < 2 || roundTrip <= average + DEVIATIONS * deviation;
        if (!usual) {
            shrink();
        } else if (usedUp) {
            size = Math.min(limit, size + 1);
        }
        usedUp = false;
        double error = Math.abs(roundTrip - average);
        average = samples == 0 ? roundTrip : (1 - WEIGHT) * average + WEIGHT * roundTrip;
        deviation = samples == 0 ? roundTrip / 2 : (1 - WEIGHT) * deviation + WEIGHT * error;
        samples++;
    }

    /** The destination asks for a pause. */
    void failed() {
        shrink();
        measured = null;
        underWay = 0;
    }

    /** Nothing is under way any more. */
    void reset() {
        measured = null;
        underWay = 0;
        usedUp = false;
        samples = 0;
    }

    private void shrink() {
        size = Math.max(1, Math.min(size - 1, size * SHRINK));
    }
}
