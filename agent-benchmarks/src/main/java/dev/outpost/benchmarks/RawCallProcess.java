package dev.outpost.benchmarks;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;

/** Keeps many unary calls under way over raw gRPC: each that ends is followed by another. */
final class RawCallProcess {

    /** As large as a small dispatch. */
    private static final int MESSAGE_BYTES = 60;

    private final ManagedChannel channel;
    private final CallLoad load = new CallLoad();
    private final byte[] message = new byte[MESSAGE_BYTES];

    private RawCallProcess(ManagedChannel channel) {
        this.channel = channel;
    }

    public static void main(String[] arguments) throws Exception {
        Parent.endWith();
        ManagedChannel channel = RawGrpc.channel(Link.of(arguments), Integer.parseInt(arguments[2]));
        RawCallProcess calls = new RawCallProcess(channel);
        for (int i = 0; i < CallLoad.IN_FLIGHT; i++) {
            calls.next();
        }
        calls.load.measure();
        channel.shutdownNow();
    }

    private void next() {
        ClientCall<byte[], byte[]> call = channel.newCall(RawGrpc.CALL, CallOptions.DEFAULT);
        long start = System.nanoTime();
        call.start(
                new ClientCall.Listener<>() {
                    @Override
                    public void onClose(Status status, Metadata trailers) {
                        ended(System.nanoTime() - start, status);
                    }
                },
                new Metadata());
        call.request(2); // as gRPC's own stubs do, so that a second answer would be noticed
        call.sendMessage(message);
        call.halfClose();
    }

    private void ended(long nanos, Status status) {
        if (load.over()) {
            return;
        }
        if (!status.isOk()) {
            System.err.println("ended as " + status);
            Runtime.getRuntime().halt(1);
        }
        load.ended(nanos);
        next();
    }
}
