package dev.outpost.agent.transport.grpc;

import io.grpc.Attributes;
import io.grpc.ServerCall;
import io.grpc.ServerTransportFilter;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts the calls of a connection over its life. An agent makes one; whoever made any number could say hello as often as it likes
 * and pay for one handshake. Thread-safe.
 */
final class CallsPerConnection extends ServerTransportFilter {

    static final int MOST = 4;

    private static final Attributes.Key<AtomicInteger> CALLS = Attributes.Key.create("outpost-calls");

    @Override
    public Attributes transportReady(Attributes attributes) {
        return attributes.toBuilder().set(CALLS, new AtomicInteger()).build();
    }

    /** Whether a call may be made on its connection. */
    static boolean allow(ServerCall<?, ?> call) {
        AtomicInteger calls = call.getAttributes().get(CALLS);
        return calls == null || calls.incrementAndGet() <= MOST;
    }
}
