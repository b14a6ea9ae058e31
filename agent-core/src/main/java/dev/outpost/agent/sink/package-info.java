/** What all destinations of telemetry share: how they say that a batch was not taken. */
@NullMarked
package dev.outpost.agent.sink;

import org.jspecify.annotations.NullMarked;
