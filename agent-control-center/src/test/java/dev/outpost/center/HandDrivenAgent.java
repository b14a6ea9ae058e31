package dev.outpost.center;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.protocol.StreamPosition;
import dev.outpost.agent.protocol.Welcome;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import dev.outpost.agent.transport.Peer;
import dev.outpost.agent.transport.TransportServer;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** An agent that says what a test tells it to, whether it is let in or not. Calls to the center are serial, on one thread. */
final class HandDrivenAgent implements Connection<CenterMessage> {

    private static final long PATIENCE_SECONDS = 20;

    private final Executor wire;
    private final BlockingQueue<Envelope<CenterMessage>> heard = new LinkedBlockingQueue<>();
    private final CompletableFuture<CloseReason> closed = new CompletableFuture<>();
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicLong demand = new AtomicLong();
    private final AtomicLong nextId = new AtomicLong(1);
    private volatile boolean deaf;
    private volatile boolean lingering;
    private volatile Consumer<CenterMessage> ear = message -> {};
    private volatile Welcome welcome;
    private ConnectionListener<AgentMessage> center;

    HandDrivenAgent(Executor wire, TransportServer.Acceptor acceptor, Peer peer) {
        this.wire = wire;
        wire.execute(() -> {
            center = acceptor.onConnection(this, peer);
            center.onOpen();
        });
    }

    // ---- what it does ---------------------------------------------------------------------------------------------

    /** Says hello, with a new instance id. */
    HandDrivenAgent hello(String agentId, StreamPosition... streams) {
        return hello(agentId, UUID.randomUUID().toString(), streams);
    }

    /** Says hello as a certain instance. */
    HandDrivenAgent hello(String agentId, String instanceId, StreamPosition... streams) {
        send(hello(agentId, instanceId, List.of(streams)));
        return this;
    }

    private static Hello hello(String agentId, String instanceId, List<StreamPosition> streams) {
        return new Hello(1, agentId, instanceId, "test", Map.of(), List.of(), streams);
    }

    /** Says hello and is let in. */
    HandDrivenAgent join(String agentId, StreamPosition... streams) throws InterruptedException {
        return join(agentId, UUID.randomUUID().toString(), streams);
    }

    /** Says hello as a certain instance, and is let in. */
    HandDrivenAgent join(String agentId, String instanceId, StreamPosition... streams) throws InterruptedException {
        return join(hello(agentId, instanceId, List.of(streams)));
    }

    /** Says this hello, and is let in. */
    HandDrivenAgent join(Hello hello) throws InterruptedException {
        send(hello);
        welcome = await(Welcome.class);
        Await.until("let in", () -> demand.get() > 0);
        return this;
    }

    /** What it was let in with. */
    Welcome welcome() {
        return welcome;
    }

    /** Says something; its number is returned. */
    long send(AgentMessage message) {
        return reply(0, message);
    }

    /** Says something in reply; its number is returned. */
    long reply(long inReplyTo, AgentMessage message) {
        long id = nextId.getAndIncrement();
        demand.decrementAndGet();
        wire.execute(() -> {
            if (!ended.get()) {
                center.onMessage(new Envelope<>(id, inReplyTo, 0, message));
            }
        });
        return id;
    }

    /** Waits until the center has been told everything that was said before. */
    void awaitTurn() throws Exception {
        CompletableFuture.runAsync(() -> {}, wire).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Is gone, without a word. */
    void vanish() {
        end(CloseReason.retry("vanished", null));
    }

    /** What is to be done with every message while the center is still sending it. */
    HandDrivenAgent listening(Consumer<CenterMessage> ear) {
        this.ear = ear;
        return this;
    }

    /** Its connection does not end when the center closes it: the network is slow, or the other end is not there. */
    HandDrivenAgent lingering() {
        lingering = true;
        return this;
    }

    /** Takes nothing any more. */
    void stopListening() {
        deaf = true;
    }

    void listenAgain() {
        deaf = false;
        wire.execute(() -> center.onWritable());
    }

    // ---- what it hears --------------------------------------------------------------------------------------------

    /** The next message of that kind; those before it are passed over. */
    <M extends CenterMessage> M await(Class<M> kind) throws InterruptedException {
        return kind.cast(awaitEnvelope(kind).payload());
    }

    Envelope<CenterMessage> awaitEnvelope(Class<? extends CenterMessage> kind) throws InterruptedException {
        Envelope<CenterMessage> next = heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        while (next != null && !kind.isInstance(next.payload())) {
            next = heard.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
        if (next == null) {
            throw new AssertionError("no " + kind.getSimpleName() + " came; closed: " + closed);
        }
        return next;
    }

    /** The next message, whatever it is. */
    CenterMessage awaitAnswer() throws InterruptedException {
        return await(CenterMessage.class);
    }

    /** The next message if one comes within moments, or null. */
    CenterMessage poll() throws InterruptedException {
        Envelope<CenterMessage> next = heard.poll(2, TimeUnit.MILLISECONDS);
        return next == null ? null : next.payload();
    }

    CloseReason awaitClosed() throws Exception {
        return closed.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    boolean isClosed() {
        return closed.isDone();
    }

    /** How many further messages the center lets in. */
    long demand() {
        return demand.get();
    }

    // ---- the center's half ----------------------------------------------------------------------------------------

    @Override
    public boolean trySend(Envelope<CenterMessage> message) {
        if (deaf || ended.get()) {
            return false;
        }
        ear.accept(message.payload());
        return heard.add(message);
    }

    @Override
    public void request(int count) {
        demand.addAndGet(count);
    }

    @Override
    public void close(CloseReason reason) {
        if (!lingering) {
            end(reason);
        }
    }

    private void end(CloseReason reason) {
        if (ended.compareAndSet(false, true)) {
            wire.execute(() -> {
                center.onClosed(reason);
                closed.complete(reason);
            });
        }
    }
}
