package dev.outpost.benchmarks;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;

/** Answers every message of raw gRPC with the same, and tells of the second one of each call. */
final class StartRawServerProcess {

    private StartRawServerProcess() {}

    public static void main(String[] arguments) throws Exception {
        Server server = RawGrpc.server(Link.of(arguments), StartRawServerProcess::answer);
        Parent.tell("port", server.getPort());
        Parent.awaitEnd();
        server.shutdownNow();
    }

    private static ServerCall.Listener<byte[]> answer(ServerCall<byte[], byte[]> call, Metadata headers) {
        call.sendHeaders(new Metadata());
        call.request(2);
        return new ServerCall.Listener<>() {

            private int messages;

            @Override
            public void onMessage(byte[] message) {
                call.sendMessage(message);
                if (++messages == 2) {
                    Parent.tell("accepted", "");
                }
            }
        };
    }
}
