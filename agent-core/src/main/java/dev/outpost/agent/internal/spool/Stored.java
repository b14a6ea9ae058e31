package dev.outpost.agent.internal.spool;

import java.nio.ByteBuffer;

/** What stands in a run at one place. */
public sealed interface Stored {

    /** The first number that it stands for. */
    long from();

    /** The last number that it stands for. */
    long through();

    /** Records that it holds, or held; 0 when that is not known. */
    int records();

    /**
     * A batch.
     *
     * @param header what it is
     * @param body its bytes, not shared
     */
    record Frame(FrameHeader header, ByteBuffer body) implements Stored {
        @Override
        public long from() {
            return header.sequence();
        }

        @Override
        public long through() {
            return header.sequence();
        }

        @Override
        public int records() {
            return header.records();
        }
    }

    /**
     * Batches that are not there any more.
     *
     * @param from the first
     * @param through the last
     * @param records what they held; 0 when that is not known
     * @param reason why they are gone, a word
     */
    record Gap(long from, long through, int records, String reason) implements Stored {

        /** Why: the segment cannot be read. */
        static final String UNREADABLE = "unreadable";
    }
}
