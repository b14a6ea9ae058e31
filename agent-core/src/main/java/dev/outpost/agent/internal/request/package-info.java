/**
 * Requests that come in, on their way to the host's handlers: a bounded queue, a few workers that exist while there is something to
 * do, and an answer for each, whatever happens.
 */
@NullMarked
package dev.outpost.agent.internal.request;

import org.jspecify.annotations.NullMarked;
