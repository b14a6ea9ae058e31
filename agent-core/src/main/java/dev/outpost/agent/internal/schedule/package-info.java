/** Schedules: names, triggers, and the one command each has waiting in the scheduler. Belongs to the control loop. */
@NullMarked
package dev.outpost.agent.internal.schedule;

import org.jspecify.annotations.NullMarked;
