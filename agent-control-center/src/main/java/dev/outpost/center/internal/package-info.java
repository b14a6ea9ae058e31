/** How the control center works; not exported. {@link dev.outpost.center.internal.CenterRuntime} holds the parts together. */
@NullMarked
package dev.outpost.center.internal;

import org.jspecify.annotations.NullMarked;
