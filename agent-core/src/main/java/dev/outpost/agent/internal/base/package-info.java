/**
 * What every stage stands on and that knows no stage: time, timers, threads, the inbox of the control loop, the guard
 * around user code, counters.
 */
@NullMarked
package dev.outpost.agent.internal.base;

import org.jspecify.annotations.NullMarked;
