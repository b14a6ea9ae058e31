package dev.outpost.agent.transport.grpc;

import dev.outpost.agent.transport.CloseReason.Fault;
import dev.outpost.agent.transport.TlsFaults;
import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.ChannelDuplexHandler;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelPromise;
import io.grpc.netty.shaded.io.netty.channel.socket.SocketChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.NotSslRecordException;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import io.grpc.netty.shaded.io.netty.util.ReferenceCountUtil;
import java.net.SocketAddress;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the socket and TLS until the handshake is done, and then goes. It tells of handshakes that fail, and keeps
 * their sockets half open for a moment: closed at once, with something of the peer still unread, the kernel would send a reset, which
 * may overtake the alert that says what was wrong. On the connection's event loop.
 */
final class HandshakeWatch extends ChannelDuplexHandler {

    private static final long LINGER_MILLIS = 800;

    /** The first byte of TLS, and not of HTTP/2. */
    private static final byte HANDSHAKE = 22;

    /** A TLS record with the fatal alert "protocol_version" (RFC 8446, section 6), by which a peer in plaintext can know what it has met. */
    private static final byte[] SPEAK_TLS = {21, 3, 3, 0, 2, 2, 70};

    private final Door door;
    private @Nullable SocketAddress peer;
    private boolean watching;
    private boolean lingering;

    HandshakeWatch(Door door) {
        this.door = door;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        peer = ctx.channel().remoteAddress();
        ctx.fireChannelActive();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (lingering) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (!watching) {
            watching = true;
            watch(ctx, message);
        }
        ctx.fireChannelRead(message);
    }

    private void watch(ChannelHandlerContext ctx, Object first) {
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        if (tls == null) { // plaintext
            if (first instanceof ByteBuf bytes
                    && bytes.isReadable()
                    && bytes.getByte(bytes.readerIndex()) == HANDSHAKE) {
                door.handshakeFailed(Fault.TLS_PROTOCOL.name(), peer, "it speaks TLS, and this port plaintext");
            }
            ctx.pipeline().remove(this);
            return;
        }
        var unused = tls.handshakeFuture().addListener(handshake -> {
            if (handshake.isSuccess()) {
                door.handshakeDone();
                ctx.pipeline().remove(this);
            } else {
                failed(handshake.cause());
            }
        });
    }

    private void failed(@Nullable Throwable cause) {
        Fault fault = TlsFaults.of(cause).orElse(Fault.LOST);
        door.handshakeFailed(fault.name(), peer, cause == null ? "" : StatusMapping.describe(cause));
    }

    @Override
    public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
        if (lingering) {
            var unused = ctx.channel().closeFuture().addListener(closed -> promise.trySuccess());
            return;
        }
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        boolean failed = tls != null
                && tls.handshakeFuture().isDone()
                && !tls.handshakeFuture().isSuccess();
        if (failed && watching && ctx.channel().isActive() && ctx.channel() instanceof SocketChannel socket) {
            lingering = true;
            if (tls.handshakeFuture().cause() instanceof NotSslRecordException) { // TLS itself says nothing then
                var unusedAlert = ctx.writeAndFlush(Unpooled.wrappedBuffer(SPEAK_TLS));
            }
            Future<?> later = ctx.executor().schedule(() -> end(ctx, promise), LINGER_MILLIS, TimeUnit.MILLISECONDS);
            var unusedEnd = socket.closeFuture().addListener(closed -> later.cancel(false));
            var unusedOutput = socket.shutdownOutput().addListener(done -> {
                if (!done.isSuccess()) {
                    end(ctx, promise);
                }
            });
        } else {
            end(ctx, promise);
        }
    }

    private static void end(ChannelHandlerContext ctx, ChannelPromise promise) {
        var unused = ctx.close(promise);
    }
}
