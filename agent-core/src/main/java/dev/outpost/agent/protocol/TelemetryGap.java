package dev.outpost.agent.protocol;

/**
 * Batches that will never come: they were dropped after they had got their numbers. Stands in the stream in their place, and
 * is acknowledged like a batch.
 *
 * @param through the last of them
 * @param fromSequence the first of them
 * @param recordCount how many records they held
 * @param reason why: a short word as in the agent's counters
 */
public record TelemetryGap(StreamPosition through, long fromSequence, long recordCount, String reason)
        implements AgentMessage {}
