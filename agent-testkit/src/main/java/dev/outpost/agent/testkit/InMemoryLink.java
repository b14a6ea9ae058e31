package dev.outpost.agent.testkit;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.Connection;
import dev.outpost.agent.transport.ConnectionListener;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One link of the in-memory network: two halves, each a queue with a bound and a demand. */
final class InMemoryLink {

    private final Executor wire;
    private final Consumer<InMemoryLink> onEnd;
    private final Half<AgentMessage, CenterMessage> agent = new Half<>();
    private final Half<CenterMessage, AgentMessage> center = new Half<>();
    private boolean ended;

    InMemoryLink(Executor wire, Consumer<InMemoryLink> onEnd) {
        this.wire = wire;
        this.onEnd = onEnd;
        agent.peer = center;
        center.peer = agent;
    }

    /** What the agent sends with. */
    Half<AgentMessage, CenterMessage> agent() {
        return agent;
    }

    /** What the control center sends with. */
    Half<CenterMessage, AgentMessage> center() {
        return center;
    }

    /** Both sides may send; on the wire thread. */
    void open() {
        synchronized (this) {
            agent.open = true;
            center.open = true;
        }
        agent.tell(ConnectionListener::onOpen);
        center.tell(ConnectionListener::onOpen);
    }

    /** Delivers what was taken, tells both sides the reason, once. */
    void end(CloseReason forAgent, CloseReason forCenter) {
        run(() -> {
            synchronized (this) {
                if (ended) {
                    return;
                }
                ended = true;
                agent.open = false;
                center.open = false;
            }
            onEnd.accept(this);
            center.tell(listener -> listener.onClosed(forAgent));
            agent.tell(listener -> listener.onClosed(forCenter));
        });
    }

    private void run(Runnable command) {
        try {
            wire.execute(command);
        } catch (RejectedExecutionException e) {
            synchronized (this) {
                ended = true; // the network itself is closed; there is nobody left to deliver
            }
        }
    }

    /**
     * One direction: messages of type S are sent with it, and the listener that is given to it receives them.
     *
     * @param <S> what is sent
     * @param <R> what comes the other way
     */
    final class Half<S, R> implements Connection<S> {

        private final Queue<Envelope<S>> queue = new ArrayDeque<>();
        private @Nullable ConnectionListener<S> listener;
        private @Nullable Half<R, S> peer;
        private boolean open;
        private boolean wasFull;
        private int demand;

        /** Who receives what is sent with this half; also told of opening and end. */
        void listener(ConnectionListener<S> listener) {
            synchronized (InMemoryLink.this) {
                this.listener = listener;
            }
        }

        void tell(Consumer<ConnectionListener<S>> call) {
            ConnectionListener<S> receiver;
            synchronized (InMemoryLink.this) {
                receiver = listener;
            }
            if (receiver != null) {
                call.accept(receiver);
            }
        }

        /** The hello goes first, whatever the capacity. */
        void sendFirst(Envelope<S> message) {
            synchronized (InMemoryLink.this) {
                queue.add(message);
            }
            deliver();
        }

        @Override
        public boolean trySend(Envelope<S> message) {
            synchronized (InMemoryLink.this) {
                if (!open || queue.size() >= InMemoryNetwork.LINK_CAPACITY) {
                    wasFull = open;
                    return false;
                }
                queue.add(message);
            }
            run(this::deliver);
            return true;
        }

        /** Lets messages of the other direction in. */
        @Override
        public void request(int count) {
            Half<R, S> other = peer;
            if (other != null) {
                synchronized (InMemoryLink.this) {
                    other.demand += count;
                }
                run(other::deliver);
            }
        }

        @Override
        public void close(CloseReason reason) {
            CloseReason forPeer = reason.next() == CloseReason.Next.STOP
                    ? CloseReason.reconnect("the peer closed: " + reason.detail())
                    : reason;
            Half<?, ?> self = this;
            if (self == agent) {
                end(reason, forPeer);
            } else {
                end(forPeer, reason);
            }
        }

        /** Hands over what is demanded; on the wire thread. */
        private void deliver() {
            Envelope<S> next = take();
            while (next != null) {
                Envelope<S> message = next;
                tell(receiver -> receiver.onMessage(message));
                next = take();
            }
            boolean writable;
            synchronized (InMemoryLink.this) {
                writable = open && wasFull && queue.size() < InMemoryNetwork.LINK_CAPACITY / 2;
                wasFull &= !writable;
            }
            Half<R, S> other = peer;
            if (writable && other != null) {
                other.tell(ConnectionListener::onWritable);
            }
        }

        private @Nullable Envelope<S> take() {
            synchronized (InMemoryLink.this) {
                if (demand == 0 || ended) {
                    return null;
                }
                Envelope<S> message = queue.poll();
                if (message != null) {
                    demand--;
                }
                return message;
            }
        }
    }
}
