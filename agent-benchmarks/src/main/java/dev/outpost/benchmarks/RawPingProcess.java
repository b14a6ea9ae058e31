package dev.outpost.benchmarks;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Sends a small message over raw gRPC, waits for its echo on the event loop, sends the next. */
final class RawPingProcess extends ClientCall.Listener<byte[]> {

    private static final int MESSAGE_BYTES = 60;

    private final ClientCall<byte[], byte[]> call;
    private final byte[] message = new byte[MESSAGE_BYTES];
    private final Latencies latencies = new Latencies();
    private final CompletableFuture<Latencies.Summary> result = new CompletableFuture<>();
    private boolean started;
    private long sent;

    private RawPingProcess(ClientCall<byte[], byte[]> call) {
        this.call = call;
    }

    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        ManagedChannel channel = RawGrpc.channel(Link.of(arguments), Integer.parseInt(arguments[2]));
        ClientCall<byte[], byte[]> call = channel.newCall(RawGrpc.EXCHANGE, CallOptions.DEFAULT);
        RawPingProcess pings = new RawPingProcess(call);
        call.start(pings, new Metadata());
        call.request(1);
        Parent.tell("measured", pings.result.get(2, TimeUnit.MINUTES));
        call.cancel("measured", null);
        channel.shutdownNow();
    }

    @Override
    public void onReady() {
        if (!started) {
            started = true;
            ping();
        }
    }

    private void ping() {
        sent = System.nanoTime();
        call.sendMessage(message);
    }

    @Override
    public void onMessage(byte[] echo) {
        boolean more = latencies.add(System.nanoTime() - sent);
        call.request(1);
        if (more) {
            ping();
        } else {
            result.complete(latencies.summary());
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        result.completeExceptionally(status.asRuntimeException());
    }
}
