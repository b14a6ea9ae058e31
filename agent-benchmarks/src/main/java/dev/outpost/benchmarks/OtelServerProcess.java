package dev.outpost.benchmarks;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/** Takes OTLP over gRPC: counts the records of each request by walking it, and answers with an empty response. */
final class OtelServerProcess {

    private static final String SERVICE = "opentelemetry.proto.collector.logs.v1.LogsService";
    private static final byte[] TAKEN = {};

    private OtelServerProcess() {}

    public static void main(String[] arguments) throws Exception {
        AtomicLong records = new AtomicLong();
        MethodDescriptor<byte[], byte[]> export = MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, "Export"))
                .setRequestMarshaller(new RawMarshaller())
                .setResponseMarshaller(new RawMarshaller())
                .build();
        Server server = RawGrpc.server(Link.of(arguments), export, (call, headers) -> answer(call, records));
        Parent.tell("port", server.getPort());
        Parent.awaitEnd();
        Parent.tell("counted", new Figures().with("records", records.get()));
        server.shutdownNow();
    }

    private static ServerCall.Listener<byte[]> answer(ServerCall<byte[], byte[]> call, AtomicLong records) {
        call.request(1);
        return new ServerCall.Listener<>() {
            @Override
            public void onMessage(byte[] request) {
                records.addAndGet(LogBodies.countInRequest(ByteBuffer.wrap(request)));
                call.sendHeaders(new Metadata());
                call.sendMessage(TAKEN);
                call.close(Status.OK, new Metadata());
            }
        };
    }
}
