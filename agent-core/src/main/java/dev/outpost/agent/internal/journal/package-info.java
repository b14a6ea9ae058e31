/** What the agent remembers over restarts: a small durable map, on segments of the spool's format. */
@NullMarked
package dev.outpost.agent.internal.journal;

import org.jspecify.annotations.NullMarked;
