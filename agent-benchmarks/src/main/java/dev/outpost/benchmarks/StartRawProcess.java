package dev.outpost.benchmarks;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;

/** Sends a small message over raw gRPC, and another one when it was answered. */
final class StartRawProcess extends ClientCall.Listener<byte[]> {

    private static final int MESSAGE_BYTES = 60;

    private final ClientCall<byte[], byte[]> call;
    private boolean answered;

    private StartRawProcess(ClientCall<byte[], byte[]> call) {
        this.call = call;
    }

    public static void main(String[] arguments) throws Exception {
        ManagedChannel channel = RawGrpc.channel(Link.of(arguments), Integer.parseInt(arguments[2]));
        ClientCall<byte[], byte[]> call = channel.newCall(RawGrpc.EXCHANGE, CallOptions.DEFAULT);
        call.start(new StartRawProcess(call), new Metadata());
        call.request(2);
        call.sendMessage(new byte[MESSAGE_BYTES]);
        Parent.tell("done", "");
        Parent.awaitEnd();
        call.cancel("measured", null);
        channel.shutdownNow();
    }

    @Override
    public void onMessage(byte[] answer) {
        if (!answered) {
            answered = true;
            call.sendMessage(new byte[MESSAGE_BYTES]);
        }
    }
}
