package dev.outpost.agent.internal.telemetry;

import org.jspecify.annotations.Nullable;

/**
 * One cell of the ring: an encoded record. Its array stays for the next record unless it has grown beyond what is usual.
 * Written by the thread that claimed it, then read by the telemetry loop.
 */
public final class RecordSlot {

    static final int USUAL_BYTES = 1024;
    private static final int GRAIN = 64;
    private static final byte[] NONE = new byte[0];

    private byte[] bytes = NONE;
    private int length;
    private int items;
    private int reserved;
    private int priority;
    private @Nullable Promise promise;

    /** An array of at least {@code size} bytes to write the record into. */
    public byte[] room(int size) {
        if (bytes.length < size) {
            // Close to the size, for a ring of wide arrays does not fit into the cache of a core.
            bytes = new byte[size > USUAL_BYTES ? size : (size + GRAIN - 1) & -GRAIN];
        }
        return bytes;
    }

    /** Declares the record complete; without this call the slot counts as void. */
    public void complete(int length, int items) {
        this.length = length;
        this.items = items;
    }

    /** Says how important the record is, and who waits for it. */
    public void mark(int ofPriority, @Nullable Promise awaited) {
        priority = ofPriority;
        promise = awaited;
    }

    int priority() {
        return priority;
    }

    @Nullable Promise promise() {
        return promise;
    }

    /** Notes what the slot holds of the ring's byte budget. */
    void reserve(int size) {
        reserved = size;
    }

    int reserved() {
        return reserved;
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }

    /** Log records or metric points in it; 0 when its writer failed. */
    int items() {
        return items;
    }

    void clear() {
        length = 0;
        items = 0;
        reserved = 0;
        promise = null;
        if (bytes.length > USUAL_BYTES) {
            bytes = NONE;
        }
    }
}
