package dev.outpost.agent.internal.spool;

/**
 * How large a store may become.
 *
 * @param maxBytes of all its files
 * @param keepFreeBytes of the file system that are left alone
 * @param segmentBytes of a segment
 */
public record SpoolLimits(long maxBytes, long keepFreeBytes, int segmentBytes) {

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
