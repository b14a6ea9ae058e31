package dev.outpost.agent.transport.websocket;

import dev.outpost.agent.protocol.AgentMessage;
import dev.outpost.agent.protocol.CenterMessage;
import dev.outpost.agent.protocol.Envelope;
import dev.outpost.agent.protocol.Hello;
import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.Credentials;
import java.io.IOException;
import java.net.http.WebSocket;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to connect: files, then the token, then the handshake, all off the agent's thread; and what it holds until its link
 * has ended. The lock orders that end against what is still coming.
 */
final class Attempt {

    private final WebSocketTransport transport;
    private final Envelope<Hello> hello;
    private final Link<AgentMessage, CenterMessage> link;
    private final Object lock = new Object();
    private HttpClients.@Nullable Lease lease;
    private @Nullable CompletableFuture<WebSocket> handshake;
    private @Nullable Future<?> timeout;
    private boolean ended;

    Attempt(WebSocketTransport transport, Envelope<Hello> hello) {
        this.transport = transport;
        this.hello = hello;
        this.link = new Link<>(transport.side(), this::end);
    }

    Link<AgentMessage, CenterMessage> link() {
        return link;
    }

    /** Begins, on the threads for what may take as long as the disk does, which may be for ever. */
    void begin() {
        Future<?> timer = transport
                .side()
                .timer()
                .schedule(this::tooSlow, WebSocketTransport.CONNECT_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
        synchronized (lock) {
            timeout = timer;
        }
        transport.disk().execute(this::connect);
    }

    private void connect() {
        synchronized (lock) {
            if (ended) {
                return; // it has waited too long for the disk
            }
        }
        try {
            HttpClients.Lease acquired = transport.clients().acquire();
            if (hold(acquired)) {
                askForToken(acquired);
            }
        } catch (IOException | GeneralSecurityException e) {
            link.fail(
                    CloseReason.refused("TLS files: " + Failures.describe(e), e).as(Fault.TLS_FILES));
        } catch (RuntimeException e) { // whatever a proxy selector or the JDK may throw: the listener must hear of it
            link.fail(CloseReason.refused("cannot connect: " + Failures.describe(e), e));
        }
    }

    private void askForToken(HttpClients.Lease client) {
        Credentials credentials = transport.credentials();
        if (credentials == null) {
            shakeHands(client, null);
            return;
        }
        CompletionStage<Credentials.Token> token;
        try {
            token = credentials.token();
        } catch (RuntimeException e) {
            token = CompletableFuture.failedFuture(e);
        }
        inTime(token)
                .whenCompleteAsync(
                        (given, error) -> {
                            if (error == null && given != null) {
                                transport.shown(given);
                                shakeHands(client, given);
                            } else {
                                Throwable cause =
                                        error == null ? new IllegalStateException("no token was given") : error;
                                link.fail(CloseReason.retry("no credentials: " + Failures.describe(cause), cause)
                                        .as(Fault.UNAUTHENTICATED));
                            }
                        },
                        transport.side().executor());
    }

    /** A copy, for the stage is the user's, and may never end. What is given too late is not used. */
    private CompletionStage<Credentials.Token> inTime(CompletionStage<Credentials.Token> token) {
        Duration patience = transport.tokenPatience();
        CompletableFuture<Credentials.Token> copy = new CompletableFuture<>();
        Future<?> tooLate = transport
                .side()
                .timer()
                .schedule(
                        () -> copy.completeExceptionally(new TimeoutException("none within " + patience)),
                        patience.toNanos(),
                        TimeUnit.NANOSECONDS);
        token.whenComplete((given, error) -> {
            tooLate.cancel(false);
            if (error == null) {
                copy.complete(given);
            } else {
                copy.completeExceptionally(error);
            }
        });
        return copy;
    }

    private void shakeHands(HttpClients.Lease client, Credentials.@Nullable Token token) {
        try {
            WebSocket.Builder builder =
                    client.client().newWebSocketBuilder().connectTimeout(WebSocketTransport.CONNECT_TIMEOUT);
            if (token != null) {
                builder.header("Authorization", token.value());
            }
            transport.offer(builder);
            synchronized (lock) {
                if (ended) {
                    return;
                }
                AgentSocket socket = new AgentSocket(link, hello, transport.json());
                handshake = builder.buildAsync(transport.uri(), socket);
                CompletionStage<WebSocket> outcome = handshake;
                outcome.whenComplete((open, error) -> {
                    if (error != null) {
                        link.fail(Failures.ofConnecting(error, transport.isPlaintext(), transport.clock()));
                    }
                });
            }
        } catch (RuntimeException e) {
            link.fail(CloseReason.refused("cannot connect: " + Failures.describe(e), e));
        }
    }

    private void tooSlow() {
        boolean connecting;
        synchronized (lock) {
            connecting = !ended && (handshake == null || !handshake.isDone());
        }
        if (connecting) {
            link.fail(CloseReason.retry("no answer within " + WebSocketTransport.CONNECT_TIMEOUT, null)
                    .as(Fault.UNREACHABLE));
        }
    }

    /** Whether the link is still wanted; else the lease goes back at once. */
    private boolean hold(HttpClients.Lease acquired) {
        synchronized (lock) {
            if (!ended) {
                lease = acquired;
                return true;
            }
        }
        acquired.release();
        return false;
    }

    private void end() {
        CompletableFuture<WebSocket> pending;
        HttpClients.Lease held;
        synchronized (lock) {
            ended = true;
            pending = handshake;
            held = lease;
            lease = null;
            if (timeout != null) {
                timeout.cancel(false);
            }
        }
        if (pending != null && !link.wasOpened()) {
            pending.cancel(true);
        }
        transport.ended(this);
        if (held != null) {
            held.release();
        }
    }
}
