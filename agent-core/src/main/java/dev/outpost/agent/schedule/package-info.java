/**
 * When: time itself ({@link dev.outpost.agent.schedule.AgentClock}), delays
 * ({@link dev.outpost.agent.schedule.Scheduler}) and recurring instants ({@link dev.outpost.agent.schedule.Trigger}).
 *
 * <p>Delays are monotonic; only triggers look at the wall clock, because people write schedules in it.
 */
@NullMarked
package dev.outpost.agent.schedule;

import org.jspecify.annotations.NullMarked;
