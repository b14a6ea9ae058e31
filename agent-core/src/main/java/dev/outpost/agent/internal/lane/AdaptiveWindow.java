package dev.outpost.agent.internal.lane;

import dev.outpost.agent.protocol.StreamPosition;
import org.jspecify.annotations.Nullable;

/**
 * How many batches may be unacknowledged: as many as are of use. One batch's round trip is measured at a time. When it is
 * within what is usual and the window was used up, the window grows: twofold in the beginning, later by one. When the
 * destination asks for a pause, or two in a row are far beyond what is usual, it shrinks by a tenth, at least by one. One
 * alone says nothing: on a busy machine there is always one that was late. Control loop only.
 *
 * <p>Usual is the moving average (weight 0.4 for the newest) plus 2.5 mean deviations, the numbers that Vector's adaptive
 * request concurrency uses, and never less than the average plus 10 ms: nobody is slow because of that.
 */
final class AdaptiveWindow {

    private static final double WEIGHT = 0.4;
    private static final double DEVIATIONS = 2.5;
    private static final double LEAST_NANOS = 10_000_000;
    private static final double SHRINK = 0.9;
    private static final int STRIKES = 2;
    private static final int FIRST = 4;

    private int limit;
    private double size;
    private double average;
    private double deviation;
    private int samples;
    private int strikes;
    private boolean beginning = true;
    private boolean usedUp;
    private @Nullable StreamPosition measured;
    private long measuredSince;

    AdaptiveWindow(int limit) {
        this.limit = Math.max(1, limit);
        this.size = Math.min(FIRST, this.limit);
    }

    /** The most it may become. */
    void limit(int batches) {
        limit = Math.max(1, batches);
        size = Math.min(size, limit);
    }

    int size() {
        return Math.max(1, (int) size);
    }

    /**
     * A batch was sent.
     *
     * @param isFull whether no further one may be sent before one is acknowledged
     */
    void sent(StreamPosition position, boolean isFull, long now) {
        usedUp |= isFull;
        if (measured == null) {
            measured = position;
            measuredSince = now;
        }
    }

    void acked(StreamPosition through, long now) {
        StreamPosition waited = measured;
        if (waited == null
                || waited.epoch() != through.epoch()
                || !waited.streamId().equals(through.streamId())
                || through.sequence() < waited.sequence()) {
            return;
        }
        measured = null;
        judge((double) (now - measuredSince));
        usedUp = false;
    }

    private void judge(double roundTrip) {
        boolean usual = samples < 2 || roundTrip <= average + Math.max(LEAST_NANOS, DEVIATIONS * deviation);
        if (usual) {
            strikes = 0;
            grow();
        } else if (++strikes >= STRIKES) {
            shrink();
        }
        double error = Math.abs(roundTrip - average);
        average = samples == 0 ? roundTrip : (1 - WEIGHT) * average + WEIGHT * roundTrip;
        deviation = samples == 0 ? roundTrip / 2 : (1 - WEIGHT) * deviation + WEIGHT * error;
        samples++;
    }

    private void grow() {
        if (usedUp) {
            size = Math.min(limit, beginning ? size * 2 : size + 1);
        }
    }

    /** The destination asks for a pause. */
    void failed() {
        shrink();
        measured = null;
    }

    /** Nothing is under way any more. */
    void reset() {
        measured = null;
        usedUp = false;
        samples = 0;
        strikes = 0;
    }

    private void shrink() {
        beginning = false;
        strikes = 0;
        size = Math.max(1, Math.min(size - 1, size * SHRINK));
    }
}
