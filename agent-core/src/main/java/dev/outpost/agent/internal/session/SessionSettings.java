package dev.outpost.agent.internal.session;

import dev.outpost.agent.transport.Backoff;
import java.time.Duration;

/**
 * What a session is told by the builder.
 *
 * @param heartbeatInterval how often, unless the control center says otherwise
 * @param connectTimeout how long connecting may take until the welcome
 * @param backoff how long to wait between attempts
 * @param identityInterval how often to look whether certificates or tokens have changed
 * @param windowBatches unacknowledged batches per lane, unless the control center allows fewer
 */
public record SessionSettings(
        Duration heartbeatInterval,
        Duration connectTimeout,
        Backoff backoff,
        Duration identityInterval,
        int windowBatches) {}
