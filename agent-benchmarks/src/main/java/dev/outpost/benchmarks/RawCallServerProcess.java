package dev.outpost.benchmarks;

import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Answers unary calls with what they brought, on as many worker threads as an agent has: handlers may block. */
final class RawCallServerProcess {

    private static final int WORKERS = Math.max(2, Runtime.getRuntime().availableProcessors());

    private RawCallServerProcess() {}

    public static void main(String[] arguments) throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(WORKERS);
        Server server = RawGrpc.server(Link.of(arguments), RawGrpc.CALL, (call, headers) -> answer(call, workers));
        Parent.tell("port", server.getPort());
        Parent.awaitEnd();
        server.shutdownNow();
        workers.shutdownNow();
    }

    private static ServerCall.Listener<byte[]> answer(ServerCall<byte[], byte[]> call, ExecutorService workers) {
        call.request(2);
        return new ServerCall.Listener<>() {
            @Override
            public void onMessage(byte[] message) {
                workers.execute(() -> {
                    call.sendHeaders(new Metadata());
                    call.sendMessage(message);
                    call.close(Status.OK, new Metadata());
                });
            }
        };
    }
}
