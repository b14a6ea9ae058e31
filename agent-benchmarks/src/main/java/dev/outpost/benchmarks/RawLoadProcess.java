package dev.outpost.benchmarks;

import dev.outpost.agent.log.LogBatch;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;

/** Sends one batch again and again over raw gRPC, as fast as flow control lets it, and counts the acknowledgements. */
final class RawLoadProcess extends ClientCall.Listener<byte[]> {

    private final ClientCall<byte[], byte[]> call;
    private final byte[] batch;
    private volatile long acknowledged;

    private RawLoadProcess(ClientCall<byte[], byte[]> call, byte[] batch) {
        this.call = call;
        this.batch = batch;
    }

    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        LogBatch batch = Records.batch();
        byte[] body = new byte[batch.body().remaining()];
        batch.body().get(body);
        ManagedChannel channel = RawGrpc.channel(Link.of(arguments), Integer.parseInt(arguments[2]));
        ClientCall<byte[], byte[]> call =
                channel.newCall(RawGrpc.EXCHANGE, CallOptions.DEFAULT.withOnReadyThreshold(RawGrpc.READY_THRESHOLD));
        RawLoadProcess load = new RawLoadProcess(call, body);
        call.start(load, new Metadata());
        call.request(64);
        Progress.measure(() -> load.acknowledged * batch.recordCount());
        call.cancel("measured", null);
        channel.shutdownNow();
    }

    /** gRPC calls this on its event loop whenever there is room again. */
    @Override
    public void onReady() {
        while (call.isReady()) {
            call.sendMessage(batch);
        }
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // only the event loop writes it
    public void onMessage(byte[] acknowledgement) {
        acknowledged++;
        call.request(1);
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        if (status.getCode() != Status.Code.CANCELLED) {
            System.err.println("the raw call ended: " + status);
        }
    }
}
