package dev.outpost.agent.internal.spool;

import java.nio.file.Path;

/** A segment's file and what is known of its content. Disk thread only. */
final class Segment {

    private final SegmentId id;
    private final Path path;
    private final int priority;
    private final long createdMillis;

    /** Its place among all segments of the store in the order in which they were made. */
    private long age;

    private long fileBytes;
    private long end;
    private long lastSequence;
    private long records;

    Segment(SegmentId id, Path path, int priority, long createdMillis, long fileBytes) {
        this.id = id;
        this.path = path;
        this.priority = priority;
        this.createdMillis = createdMillis;
        this.fileBytes = fileBytes;
        this.end = SegmentHeader.BYTES;
        this.lastSequence = id.firstSequence() - 1;
    }

    /** A frame ends at {@code frameEnd}. */
    void added(FrameHeader frame, long frameEnd) {
        end = frameEnd;
        lastSequence = frame.sequence();
        records += frame.records();
    }

    /** Forgets what stands behind a frame: it was not forced and is written elsewhere. */
    void cutTo(long sequence, long frameEnd, long recordsLeft) {
        lastSequence = sequence;
        end = frameEnd;
        records = recordsLeft;
    }

    void fileBytes(long bytes) {
        fileBytes = bytes;
    }

    long age() {
        return age;
    }

    void age(long place) {
        age = place;
    }

    SegmentId id() {
        return id;
    }

    Path path() {
        return path;
    }

    int priority() {
        return priority;
    }

    long createdMillis() {
        return createdMillis;
    }

    /** What the file takes, zeros at its end included. */
    long fileBytes() {
        return fileBytes;
    }

    /** Where the last frame ends. */
    long end() {
        return end;
    }

    /** The last frame's number; one less than the first when there is none. */
    long lastSequence() {
        return lastSequence;
    }

    /** Records in all frames. */
    long records() {
        return records;
    }

    boolean isEmpty() {
        return lastSequence < id.firstSequence();
    }
}
