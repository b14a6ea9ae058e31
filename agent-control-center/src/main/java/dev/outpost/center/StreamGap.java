package dev.outpost.center;

import java.util.OptionalLong;
import java.util.UUID;

/**
 * Batches of a stream that will never come.
 *
 * @param streamId the stream
 * @param epoch the run that they belong to
 * @param from the first of them
 * @param through the last of them
 * @param records how many records they held; empty when nobody here knows
 * @param reason why: a word of the agent's, as in its counters, or {@link #MISSING}
 */
public record StreamGap(UUID streamId, long epoch, long from, long through, OptionalLong records, String reason) {

    /**
     * The agent goes on further than this control center has come. Either the batches between are lost, or a control center
     * that had another memory has acknowledged them.
     */
    public static final String MISSING = "missing";
}
