package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.transport.CloseReason;
import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.Credentials;
import dev.outpost.agent.transport.Credentials.Token;
import dev.outpost.agent.transport.Identity;
import dev.outpost.agent.transport.Tls;
import dev.outpost.agent.transport.TlsMaterial;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What it takes to make a channel: where to, certificates and token, both read anew. It may block, so it happens on a thread of
 * its own and never on the event loop, which may serve a connection that works.
 *
 * @param authority the name that the certificate must bear, or null for {@code host}
 * @param proxy an HTTP proxy for CONNECT, or null for what the JVM is set to
 */
record Dialling(
        String host,
        int port,
        @Nullable Tls tls,
        @Nullable String authority,
        @Nullable InetSocketAddress proxy,
        @Nullable Credentials credentials,
        int maxMessageBytes) {

    /** Less than the agent's connect timeout, so that the reason is known when that is over. */
    private static final long TOKEN_SECONDS = 8;

    /** A channel that connects as soon as a call is made, and what to show on the call. */
    record Line(
            ManagedChannel channel,
            Metadata headers,
            @Nullable Instant tokenExpires,
            boolean plaintext) {}

    /** It cannot be dialled at all now. */
    static final class NotReady extends Exception {

        private static final long serialVersionUID = 1L;
        private final transient CloseReason reason;

        NotReady(CloseReason reason) {
            super(reason.detail(), reason.cause());
            this.reason = reason;
        }

        CloseReason reason() {
            return reason;
        }
    }

    /**
     * Makes the channel.
     *
     * @param blocking where to resolve names
     * @throws NotReady if certificates or token are not to be had
     * @throws InterruptedException if the transport closes
     */
    Line dial(EventLoopGroup loops, Executor blocking) throws NotReady, InterruptedException {
        TlsMaterial material = tls == null ? null : material(tls);
        Token token = credentials == null ? null : token(credentials);
        Metadata headers = new Metadata();
        if (token != null) {
            headers.put(AgentService.AUTHORIZATION, token.value());
        }
        try {
            return new Line(
                    GrpcChannels.client(this, material, loops, blocking),
                    headers,
                    token == null ? null : token.expires(),
                    material == null);
        } catch (IOException | GeneralSecurityException e) {
            throw new NotReady(tlsFiles(e));
        }
    }

    private static TlsMaterial material(Tls tls) throws NotReady {
        try {
            return TlsMaterial.load(tls);
        } catch (IOException | GeneralSecurityException e) {
            throw new NotReady(tlsFiles(e));
        }
    }

    private static CloseReason tlsFiles(Exception e) {
        return CloseReason.refused("cannot connect: " + e.getMessage(), e).as(Fault.TLS_FILES);
    }

    /** The user's code: whatever comes of it is the reason of this attempt, and of no other. */
    private static Token token(Credentials credentials) throws NotReady, InterruptedException {
        CompletableFuture<Token> asked;
        try {
            CompletionStage<Token> stage = credentials.token();
            if (stage == null) {
                throw new NullPointerException("no stage");
            }
            asked = stage.toCompletableFuture();
            Token token = asked.get(TOKEN_SECONDS, TimeUnit.SECONDS);
            if (token == null) {
                throw new NullPointerException("no token");
            }
            return token;
        } catch (InterruptedException e) {
            throw e;
        } catch (TimeoutException e) {
            throw noToken("none within " + TOKEN_SECONDS + " s", e);
        } catch (ExecutionException e) {
            throw noToken(StatusMapping.describe(e.getCause() == null ? e : e.getCause()), e.getCause());
        } catch (Throwable t) { // user code: any Error must be survived as well
            throw noToken(t.toString(), t);
        }
    }

    private static NotReady noToken(String why, @Nullable Throwable cause) {
        return new NotReady(CloseReason.retry("the credentials gave no token: " + why, cause)
                .as(Fault.UNAUTHENTICATED));
    }

    /** What would be shown now. */
    Identity identity(@Nullable Instant tokenExpires) throws IOException, GeneralSecurityException {
        if (tls == null) {
            return new Identity("", null, null, tokenExpires);
        }
        TlsMaterial material = TlsMaterial.load(tls);
        return new Identity(material.fingerprint(), material.begins(), material.expires(), tokenExpires);
    }
}
