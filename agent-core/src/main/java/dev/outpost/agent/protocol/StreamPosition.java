package dev.outpost.agent.protocol;

import java.util.UUID;

/**
 * A place in a telemetry stream: for ever the identity of one batch.
 *
 * @param streamId the stream
 * @param epoch the run that made it, which numbers its batches by itself; larger for every later run of the stream
 * @param sequence batches of an epoch are numbered from 1 without gaps; 0 is "before the first"
 */
public record StreamPosition(UUID streamId, long epoch, long sequence) {}
