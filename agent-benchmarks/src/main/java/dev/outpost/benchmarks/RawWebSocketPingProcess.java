package dev.outpost.benchmarks;

import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Sends a small message over a raw WebSocket, waits for its echo, sends the next. */
final class RawWebSocketPingProcess implements WebSocket.Listener {

    private static final int MESSAGE_BYTES = 60;

    private final Latencies latencies = new Latencies();
    private final CompletableFuture<Latencies.Summary> result = new CompletableFuture<>();
    private long sent;

    private RawWebSocketPingProcess() {}

    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        RawWebSocketPingProcess pings = new RawWebSocketPingProcess();
        WebSocket socket = RawWebSocket.connect(Link.of(arguments), Integer.parseInt(arguments[2]), pings);
        pings.ping(socket);
        Parent.tell("measured", pings.result.get(2, TimeUnit.MINUTES));
        socket.abort();
    }

    private void ping(WebSocket socket) {
        sent = System.nanoTime();
        var unused = socket.sendBinary(ByteBuffer.allocate(MESSAGE_BYTES), true);
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer echo, boolean last) {
        boolean more = true;
        if (last) {
            more = latencies.add(System.nanoTime() - sent);
        }
        socket.request(1);
        if (last && more) {
            ping(socket);
        } else if (!more) {
            result.complete(latencies.summary());
        }
        return null;
    }
}
