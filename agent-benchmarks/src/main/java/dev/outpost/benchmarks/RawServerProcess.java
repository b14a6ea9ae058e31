package dev.outpost.benchmarks;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import java.util.Arrays;

/** Answers every message with its first bytes: an acknowledgement of a batch, or the echo of a small message. */
final class RawServerProcess {

    private static final int LONGEST_ANSWER = 60;
    private static final int DEMAND = 64;

    private RawServerProcess() {}

    public static void main(String[] arguments) throws Exception {
        Server server = RawGrpc.server(Link.of(arguments), RawServerProcess::answer);
        Parent.tell("port", server.getPort());
        Parent.awaitEnd();
        server.shutdownNow();
    }

    private static ServerCall.Listener<byte[]> answer(ServerCall<byte[], byte[]> call, Metadata headers) {
        call.sendHeaders(new Metadata());
        call.request(DEMAND);
        return new ServerCall.Listener<>() {
            @Override
            public void onMessage(byte[] message) {
                call.sendMessage(Arrays.copyOf(message, Math.min(LONGEST_ANSWER, message.length)));
                call.request(1);
            }
        };
    }
}
