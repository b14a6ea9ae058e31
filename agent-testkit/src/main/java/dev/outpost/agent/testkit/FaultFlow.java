package dev.outpost.agent.testkit;

import dev.outpost.agent.testkit.FaultProxy.Side;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Queue;

/** One direction of a connection: what was taken from the source and has not been passed on to the sink. */
final class FaultFlow {

    private static final int MOST_BYTES = 128 << 10;
    private static final int MOST_PIECES = 1_024;
    private static final int READ_BYTES = 16 << 10;
    private static final double NANOS_PER_SECOND = 1e9;

    private final SocketChannel source;
    private final SocketChannel sink;
    private final Side towards;
    private final Faults faults;
    private final ByteBuffer reading = ByteBuffer.allocate(READ_BYTES);
    private final Queue<Piece> pieces = new ArrayDeque<>();
    private int heldBytes;
    private boolean sourceEnded;
    private boolean sinkTold;
    private boolean holed;
    private boolean blocked;
    private double allowance;
    private long allowanceNanos = System.nanoTime();

    FaultFlow(SocketChannel source, SocketChannel sink, Side towards, Faults faults) {
        this.source = source;
        this.sink = sink;
        this.towards = towards;
        this.faults = faults;
    }

    /** Whether there is room for more, and the source can have more. */
    boolean isTaking() {
        return !sourceEnded && heldBytes < MOST_BYTES && pieces.size() < MOST_PIECES;
    }

    /** Whether the sink takes nothing now. */
    boolean isBlocked() {
        return blocked && !holed;
    }

    /** Whether bytes or the end were swallowed, so that nothing may follow. */
    boolean isHoled() {
        return holed;
    }

    /** Whether the source has ended, and the sink knows or is never to know. */
    boolean isEnded() {
        return sourceEnded && (holed || sinkTold);
    }

    /** Takes what the source has, once. */
    void fill(long now) throws IOException {
        if (!isTaking()) {
            return;
        }
        reading.clear();
        int read = source.read(reading);
        if (read < 0) {
            sourceEnded = true;
        } else if (read > 0 && (holed || faults.isSwallowing(towards))) {
            pierce();
            faults.swallowed(towards).addAndGet(read);
        } else if (read > 0) {
            ByteBuffer bytes = ByteBuffer.allocate(read).put(reading.flip()).flip();
            pieces.add(new Piece(bytes, now));
            count(read);
        }
    }

    /**
     * Passes on what is due, as far as the sink takes it.
     *
     * @return whether the connection is to be cut now
     */
    boolean drain(long now) throws IOException {
        blocked = false;
        if (!holed && faults.isSwallowing(towards) && (!pieces.isEmpty() || sourceEnded)) {
            pierce();
        }
        if (holed) {
            return false;
        }
        earn(now);
        while (!blocked && waitNanos(now) == 0) {
            if (pass(pieces.element())) {
                return true;
            }
        }
        if (sourceEnded && pieces.isEmpty() && !sinkTold) {
            sinkTold = true;
            sink.shutdownOutput();
        }
        return false;
    }

    private boolean pass(Piece piece) throws IOException {
        ByteBuffer bytes = piece.bytes();
        int end = bytes.limit();
        long most = Math.min(bytes.remaining(), Math.min(faults.untilCut(towards), (long) allowance));
        bytes.limit(bytes.position() + (int) most);
        int written;
        try {
            written = sink.write(bytes);
        } finally {
            bytes.limit(end);
        }
        blocked = written < most;
        allowance -= written;
        count(-written);
        if (!bytes.hasRemaining()) {
            pieces.remove();
        }
        return written > 0 && faults.countPassed(towards, written);
    }

    /** Until something may pass; the largest number when nothing waits for the time. */
    long waitNanos(long now) {
        Piece first = pieces.peek();
        if (holed || blocked || first == null) {
            return Long.MAX_VALUE;
        }
        long latency = Math.max(0, faults.latencyNanos - (now - first.takenNanos()));
        double missing = Math.min(first.bytes().remaining(), Math.max(1, burst() / 2)) - allowance;
        long throttle = faults.bytesPerSecond == 0 || missing <= 0
                ? 0
                : (long) Math.ceil(missing / faults.bytesPerSecond * NANOS_PER_SECOND);
        return Math.max(latency, throttle);
    }

    /** What may pass at once: a twentieth of a second's worth. */
    private double burst() {
        return Math.max(1, faults.bytesPerSecond / 20);
    }

    private void earn(long now) {
        if (faults.bytesPerSecond == 0) {
            allowance = MOST_BYTES + READ_BYTES;
        } else {
            double earned = (now - allowanceNanos) / NANOS_PER_SECOND * faults.bytesPerSecond;
            allowance = Math.min(burst(), allowance + earned);
        }
        allowanceNanos = now;
    }

    /** Loses what is held, and everything after it. */
    void pierce() {
        holed = true;
        faults.swallowed(towards).addAndGet(heldBytes);
        count(-heldBytes);
        pieces.clear();
    }

    /** Nothing comes from there any more. */
    void sourceGone() {
        sourceEnded = true;
    }

    private void count(int bytes) {
        heldBytes += bytes;
        faults.held(towards).addAndGet(bytes);
    }

    /** Bytes that came together. */
    private record Piece(ByteBuffer bytes, long takenNanos) {}
}
