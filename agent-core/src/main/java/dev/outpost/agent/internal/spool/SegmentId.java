package dev.outpost.agent.internal.spool;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which segment a file is. Epoch and first sequence stand in its name as well as in its header, so that a damaged header
 * does not cost the segment.
 *
 * @param streamId the spool's stream
 * @param epoch the run
 * @param firstSequence the least number that a frame in it may have
 */
record SegmentId(UUID streamId, long epoch, long firstSequence) {

    /** The largest epoch. No agent starts that often. */
    static final long MAX_EPOCH = 1L << 49;

    private static final Pattern NAME = Pattern.compile("([0-9a-f]{16})-([0-9a-f]{16})\\.seg");

    /** The file's name. */
    String fileName() {
        return String.format(Locale.ROOT, "%016x-%016x.seg", epoch, firstSequence);
    }

    /** What a name says, with the stream of its slot; empty for any other file. */
    static Optional<SegmentId> of(Path file, UUID streamId) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (!name.matches()) {
            return Optional.empty();
        }
        long epoch = Long.parseUnsignedLong(name.group(1), 16);
        long first = Long.parseUnsignedLong(name.group(2), 16);
        return epoch < 1 || epoch > MAX_EPOCH || first < 1
                ? Optional.empty()
                : Optional.of(new SegmentId(streamId, epoch, first));
    }

    /** The same segment of another stream. */
    SegmentId ofStream(UUID other) {
        return new SegmentId(other, epoch, firstSequence);
    }

    /**
     * The number with which all checksums of the segment begin. Mixed well, so that no other segment's frames have right
     * checksums here (the mixing is that of Steele and Vigna's SplitMix64).
     */
    long seed() {
        long mixed = 0;
        for (long part :
                new long[] {streamId.getMostSignificantBits(), streamId.getLeastSignificantBits(), epoch, firstSequence
                }) {
            mixed = mix(mixed + part + 0x9E3779B97F4A7C15L);
        }
        return mixed;
    }

    private static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
