package dev.outpost.agent.internal.spool;

import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A segment's file and what is known of its content. Disk thread only. */
final class Segment {

    /** A walk is remembered over so many frames. */
    private static final int MOST_MARKS = 1024;

    private final SegmentId id;
    private final Path path;
    private final int priority;
    private final long createdMillis;

    /** Records up to some sequences, as a walk found them: what is left when the file cannot be read again. */
    private final NavigableMap<Long, Long> marks = new TreeMap<>();

    /** Its place among all segments of the store in the order in which they were made. */
    private long age;

    private long fileBytes;
    private long end = SegmentHeader.BYTES;
    private long lastSequence;
    private long newestMillis;
    private long records;
    private boolean checked;

    Segment(SegmentId id, Path path, int priority, long createdMillis, long fileBytes) {
        this.id = id;
        this.path = path;
        this.priority = priority;
        this.createdMillis = createdMillis;
        this.fileBytes = fileBytes;
        this.lastSequence = id.firstSequence() - 1;
    }

    /** A frame ends at {@code frameEnd}. */
    void added(FrameHeader frame, long frameEnd) {
        end = frameEnd;
        lastSequence = frame.sequence();
        newestMillis = Math.max(newestMillis, frame.createdMillis());
        records += frame.records();
    }

    /** Forgets what stands behind a frame: it was not forced and is written elsewhere. */
    void cutTo(long sequence, long frameEnd, long recordsLeft) {
        lastSequence = sequence;
        end = frameEnd;
        records = recordsLeft;
        marks.tailMap(sequence, false).clear();
    }

    /** A walk has come to the frame {@code sequence}; up to it there are so many records. */
    void passed(long sequence, long recordsSoFar) {
        marks.put(sequence, recordsSoFar);
        if (marks.size() > MOST_MARKS) {
            marks.pollFirstEntry();
        }
    }

    /** Nobody will ask for what is in front of {@code sequence} again. */
    void forgetMarksBelow(long sequence) {
        Map.Entry<Long, Long> kept = marks.floorEntry(sequence);
        if (kept != null) {
            marks.headMap(kept.getKey(), false).clear();
        }
    }

    /** Records behind {@code sequence} without reading the file; an estimate where no walk has been. */
    long recordsAfter(long sequence) {
        if (sequence < id.firstSequence()) {
            return records;
        }
        if (sequence >= lastSequence) {
            return 0;
        }
        Map.Entry<Long, Long> mark = marks.floorEntry(sequence);
        if (mark != null && sequence <= marks.lastKey()) {
            return records - mark.getValue();
        }
        double share = (double) (lastSequence - sequence) / (lastSequence - id.firstSequence() + 1);
        return Math.round(records * share);
    }

    /** Whether its frames were compared with what was known of them. */
    boolean isChecked() {
        return checked;
    }

    void checked() {
        checked = true;
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

    /** When its last frame was written; 0 when there is none. */
    long newestMillis() {
        return newestMillis;
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
