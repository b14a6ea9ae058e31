package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The JDK's WebSocket as a {@link Wire}. */
final class AgentSocket implements WebSocket.Listener, Wire {

    private final Link<AgentMessage, CenterMessage> link;
    private final Envelope<Hello> hello;
    private final JsonCodec json;
    private final Incoming incoming;

    private volatile @Nullable WebSocket socket;

    AgentSocket(Link<AgentMessage, CenterMessage> link, Envelope<Hello> hello, JsonCodec json) {
        this.link = link;
        this.hello = hello;
        this.json = json;
        this.incoming = new Incoming(link, this);
    }

    // ---- WebSocket.Listener ---------------------------------------------------------------------------------------

    @Override
    public void onOpen(WebSocket opened) {
        socket = opened;
        WebSocketTransport.Form form = WebSocketTransport.Form.of(opened.getSubprotocol());
        if (form == null) {
            String what = "the other side speaks none of our sub-protocols";
            link.fail(CloseReason.refused(what, null).as(Fault.PROTOCOL));
            opened.abort();
            return;
        }
        link.opened(this, WireCodec.ofAgent(form, json), hello);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence piece, boolean last) {
        incoming.text(piece, last);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer piece, boolean last) {
        incoming.bytes(piece, last);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket from, ByteBuffer data) {
        from.request(1); // the JDK answers it
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket from, ByteBuffer data) {
        from.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        link.closedByPeer(code, reason);
        return null; // the JDK answers with the same code
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        Throwable cause = Failures.unwrapped(error);
        boolean violation = cause instanceof java.net.ProtocolException;
        CloseReason tls = Failures.ofTls(cause);
        link.fail(
                violation || tls == null
                        ? CloseReason.retry("the link broke: " + Failures.describe(cause), cause)
                                .as(violation ? Fault.PROTOCOL : Fault.LOST)
                        : tls);
    }

    // ---- Wire -----------------------------------------------------------------------------------------------------

    @Override
    public void send(WireMessage message, Consumer<@Nullable Throwable> sent) {
        WebSocket open = socket;
        if (open == null) {
            sent.accept(new IllegalStateException("not connected"));
            return;
        }
        CompletionStage<WebSocket> sending =
                message.text() == null ? sendBinary(open, message) : open.sendText(message.text(), true);
        sending.whenComplete((same, error) -> sent.accept(error));
    }

    /** The JDK takes a fragment when it has written the one before. */
    private static CompletionStage<WebSocket> sendBinary(WebSocket open, WireMessage message) {
        boolean whole = !message.rest().hasRemaining();
        CompletionStage<WebSocket> first = open.sendBinary(message.bytes().duplicate(), whole);
        return whole
                ? first
                : first.thenCompose(same -> same.sendBinary(message.rest().duplicate(), true));
    }

    @Override
    public void sendClose(int code, String reason) {
        WebSocket open = socket;
        if (open != null) {
            CompletionStage<WebSocket> closing = open.sendClose(code, reason);
            closing.whenComplete((same, error) -> {
                if (error != null) {
                    open.abort();
                    link.fail(CloseReason.retry("the link broke: " + Failures.describe(error), error)
                            .as(Fault.LOST));
                }
            });
        }
    }

    @Override
    public void demand() {
        WebSocket open = socket;
        if (open != null) {
            open.request(1);
        }
    }

    @Override
    public void abort() {
        WebSocket open = socket;
        if (open != null) {
            open.abort();
        }
    }
}
