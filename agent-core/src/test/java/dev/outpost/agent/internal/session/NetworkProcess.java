package dev.outpost.agent.internal.session;

import dev.outpost.agent.Agent;
import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.transport.Backoff;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import dev.outpost.agent.transport.Transport;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * An agent that waits for up to an hour before its next attempt, in a JVM and a network of its own, in which it makes an interface with
 * an address and takes it away again. Prints how often it has tried to connect by then.
 */
final class NetworkProcess implements Transport {

    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long LOOK_AGAIN_NANOS = 10_000_000;

    private final AtomicInteger attempts = new AtomicInteger();

    public static void main(String[] arguments) throws Exception {
        NetworkProcess network = new NetworkProcess();
        try (Agent agent = Agent.builder()
                .id("waits")
                .transport(network)
                .backoff(new Backoff(LONG, LONG))
                .build()) {
            agent.start();
            network.awaitAttempts(2); // the second comes at once
            ip("link", "add", "outpost0", "type", "veth", "peer", "name", "outpost1");
            ip("address", "add", "198.51.100.7/24", "dev", "outpost0");
            ip("link", "set", "outpost0", "up");
            network.awaitAttempts(3);
            System.out.println("woken by an address that came: " + noticed(agent));
            ip("link", "delete", "outpost0");
            network.awaitAttempts(4);
            System.out.println("woken by an address that went: " + noticed(agent));
        }
    }

    private static boolean noticed(Agent agent) {
        return agent.snapshot().counter("session.network_changes") > 0;
    }

    private void awaitAttempts(int count) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (attempts.get() < count) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException(attempts + " attempts within " + PATIENCE + ", and not " + count);
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    private static void ip(String... arguments) throws IOException, InterruptedException {
        String[] command = new String[arguments.length + 1];
        command[0] = "ip";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (exit != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + exit);
        }
    }

    @Override
    public Connection<AgentMessage> open(Envelope<Hello> hello, ConnectionListener<CenterMessage> listener) {
        attempts.incrementAndGet();
        listener.onClosed(CloseReason.retry("nobody is there", null));
        return new Nothing();
    }

    @Override
    public String target() {
        return "nowhere";
    }

    @Override
    public void close() {
        // there is nothing to close
    }

    private static final class Nothing implements Connection<AgentMessage> {

        @Override
        public boolean trySend(Envelope<AgentMessage> message) {
            return false;
        }

        @Override
        public void request(int count) {
            // nothing comes
        }

        @Override
        public void close(CloseReason reason) {
            // it never was open
        }
    }
}
