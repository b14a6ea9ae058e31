package dev.outpost.agent.spool;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * The spool's settings: which directory, how large, how safe. Immutable; every method gives a changed copy.
 *
 * <p>Several agents, also of several processes, may share one directory: each takes a slot of its own, 16 at most. What an
 * agent that has died left in its slot is adopted by another one, which looks at its start and every minute. When the directory cannot be used, the
 * agent works from memory, says so once, and goes on trying.
 *
 * @param directory where; made with mode 0700 when it is not there
 * @param maxBytes the most that one agent's slot may take: 4 MiB to 1 TiB; default 256 MiB. When it is full, the oldest
 *     segment of the least important class is evicted, counted, and reported to the control center as a gap.
 * @param keepFreeBytes how much of the file system is left alone: 0 to 1 TiB; default 512 MiB, but never more than 5 % of
 *     it
 * @param segmentBytes the size of a segment, the unit in which room is taken and freed: 64 KiB to 64 MiB, at most a quarter
 *     of {@code maxBytes}; default 8 MiB
 * @param sync when written batches are forced to disk
 * @param spillAfter how old a batch may become without acknowledgement before it is written to disk: 0 to 1 min; default
 *     1 s. Zero writes every batch at once. A lost connection and memory that runs full spill at once in any case.
 * @param maxAge segments older than this are evicted: 1 min to 365 days; default 7 days. Suspended while the wall clock is
 *     not to be trusted.
 * @param replaySpread a backlog of more than 1 MiB is sent after a random time up to this, so that a fleet does not come
 *     back as one: 0 to 10 min; default 30 s
 */
public record Spool(
        Path directory,
        long maxBytes,
        long keepFreeBytes,
        int segmentBytes,
        SyncPolicy sync,
        Duration spillAfter,
        Duration maxAge,
        Duration replaySpread) {

    /** Checks for null. Ranges are checked by the builder, all together. */
    public Spool {
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(sync, "sync");
        Objects.requireNonNull(spillAfter, "spillAfter");
        Objects.requireNonNull(maxAge, "maxAge");
        Objects.requireNonNull(replaySpread, "replaySpread");
    }

    /** The defaults, in {@code directory}. */
    public static Spool in(Path directory) {
        return new Spool(
                directory,
                256L << 20,
                512L << 20,
                8 << 20,
                SyncPolicy.DEFAULT,
                Duration.ofSeconds(1),
                Duration.ofDays(7),
                Duration.ofSeconds(30));
    }

    /** With another {@link #maxBytes()}. */
    public Spool maxBytes(long bytes) {
        return new Spool(directory, bytes, keepFreeBytes, segmentBytes, sync, spillAfter, maxAge, replaySpread);
    }

    /** With another {@link #keepFreeBytes()}. */
    public Spool keepFreeBytes(long bytes) {
        return new Spool(directory, maxBytes, bytes, segmentBytes, sync, spillAfter, maxAge, replaySpread);
    }

    /** With another {@link #segmentBytes()}. */
    public Spool segmentBytes(int bytes) {
        return new Spool(directory, maxBytes, keepFreeBytes, bytes, sync, spillAfter, maxAge, replaySpread);
    }

    /** With another {@link #sync()}. */
    public Spool sync(SyncPolicy policy) {
        return new Spool(directory, maxBytes, keepFreeBytes, segmentBytes, policy, spillAfter, maxAge, replaySpread);
    }

    /** With another {@link #spillAfter()}. */
    public Spool spillAfter(Duration age) {
        return new Spool(directory, maxBytes, keepFreeBytes, segmentBytes, sync, age, maxAge, replaySpread);
    }

    /** With another {@link #maxAge()}. */
    public Spool maxAge(Duration age) {
        return new Spool(directory, maxBytes, keepFreeBytes, segmentBytes, sync, spillAfter, age, replaySpread);
    }

    /** With another {@link #replaySpread()}. */
    public Spool replaySpread(Duration spread) {
        return new Spool(directory, maxBytes, keepFreeBytes, segmentBytes, sync, spillAfter, maxAge, spread);
    }
}
