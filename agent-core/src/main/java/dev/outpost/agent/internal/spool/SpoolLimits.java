package dev.outpost.agent.internal.spool;

/**
 * How large a store may become.
 *
 * @param maxBytes of all its files
 * @param keepFreeBytes of the file system that are left alone
 * @param segmentBytes of a segment
 * @param zeroed whether segments are filled with zeros before they are used: then a force need not write the file's size as
 *     well, which pays when every batch is forced by itself, and costs a second write of everything when many are
 */
public record SpoolLimits(long maxBytes, long keepFreeBytes, int segmentBytes, boolean zeroed) {

    /** With segments that are filled with zeros. */
    public SpoolLimits(long maxBytes, long keepFreeBytes, int segmentBytes) {
        this(maxBytes, keepFreeBytes, segmentBytes, true);
    }

    /** Part of the quota that only class 0 may use: one segment. */
    long reservedBytes() {
        return segmentBytes;
    }

    long quarantineBytes() {
        return maxBytes / 20;
    }

    /** How much is to be left alone of a file system of that size. */
    long keepFreeBytes(long totalBytes) {
        return Math.min(keepFreeBytes, totalBytes / 20);
    }
}
