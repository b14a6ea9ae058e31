package dev.outpost.benchmarks;

import dev.outpost.agent.log.LogBatch;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Sends one batch again and again over a raw WebSocket, a few under way at a time, and counts the acknowledgements. */
final class RawWebSocketLoadProcess implements WebSocket.Listener {

    private static final int UNDER_WAY = 8;

    private final ByteBuffer batch;
    private volatile long acknowledged;
    private int allowed = UNDER_WAY;
    private boolean sending;

    private RawWebSocketLoadProcess(ByteBuffer batch) {
        this.batch = batch;
    }

    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        LogBatch batch = Records.batch();
        ByteBuffer body = ByteBuffer.allocateDirect(batch.body().remaining());
        body.put(batch.body()).flip();
        RawWebSocketLoadProcess load = new RawWebSocketLoadProcess(body);
        WebSocket socket = RawWebSocket.connect(Link.of(arguments), Integer.parseInt(arguments[2]), load);
        load.send(socket);
        Progress.measure(() -> load.acknowledged * batch.recordCount());
        socket.abort();
    }

    /** One at a time, as the JDK has it; the next follows when the one before is written. */
    private void send(WebSocket socket) {
        synchronized (this) {
            if (sending || allowed == 0) {
                return;
            }
            sending = true;
            allowed--;
        }
        var unused = socket.sendBinary(batch.duplicate(), true).whenComplete((sent, failure) -> {
            synchronized (this) {
                sending = false;
            }
            if (failure == null) {
                send(socket);
            }
        });
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // calls are serial
    public @Nullable CompletionStage<?> onBinary(WebSocket socket, ByteBuffer acknowledgement, boolean last) {
        if (last) {
            acknowledged++;
            synchronized (this) {
                allowed++;
            }
            send(socket);
        }
        socket.request(1);
        return null;
    }
}
