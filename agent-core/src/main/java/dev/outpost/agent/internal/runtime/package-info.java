/**
 * Puts the stages together and runs them: the top of the core, known only to the builder.
 */
@NullMarked
package dev.outpost.agent.internal.runtime;

import org.jspecify.annotations.NullMarked;
