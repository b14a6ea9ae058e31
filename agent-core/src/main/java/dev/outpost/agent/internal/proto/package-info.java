/**
 * The protobuf wire format, by hand: the core has no protobuf runtime. Knows nothing of any message.
 *
 * <p>Source: <a href="https://protobuf.dev/programming-guides/encoding/">protobuf encoding</a>.
 */
@NullMarked
package dev.outpost.agent.internal.proto;

import org.jspecify.annotations.NullMarked;
