package dev.outpost.benchmarks;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** As many sockets and streams as {@link FleetProcess}, and as many messages, with gRPC and nothing else. */
final class RawFleetProcess {

    private static final int UNDER_WAY = 256;
    private static final long HEARTBEAT_MILLIS = 30_000;
    private static final int MESSAGE_BYTES = 60;

    private final FleetLink link;
    private final int count;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private int begun;
    private int connected;

    private RawFleetProcess(FleetLink link, int count) {
        this.link = link;
        this.count = count;
    }

    public static void main(String[] arguments) throws Exception {
        FleetLink link = new FleetLink(Link.of(arguments), Integer.parseInt(arguments[2]));
        RawFleetProcess fleet = new RawFleetProcess(link, Integer.parseInt(arguments[4]));
        Parent.tell("begun", System.currentTimeMillis());
        for (int i = 0; i < UNDER_WAY; i++) {
            fleet.beginOne();
        }
        Parent.awaitEnd();
        fleet.timer.shutdownNow();
    }

    private synchronized void beginOne() {
        if (begun == count) {
            return;
        }
        begun++;
        ManagedChannel channel = link.channel();
        channels.add(channel); // a channel that nobody holds is collected
        ClientCall<byte[], byte[]> call = channel.newCall(RawGrpc.EXCHANGE, CallOptions.DEFAULT);
        call.start(new Stream(call), new Metadata());
        call.request(1);
        call.sendMessage(new byte[MESSAGE_BYTES]);
    }

    private synchronized void connected() {
        if (++connected == count) {
            Parent.tell("all", new Figures().with("at", System.currentTimeMillis()));
        }
        beginOne();
    }

    private final class Stream extends ClientCall.Listener<byte[]> {
        private final ClientCall<byte[], byte[]> call;
        private boolean answered;

        Stream(ClientCall<byte[], byte[]> call) {
            this.call = call;
        }

        @Override
        public void onMessage(byte[] message) {
            call.request(1);
            if (!answered) {
                answered = true;
                connected();
                long first = (long) (Math.random() * HEARTBEAT_MILLIS);
                var unused = timer.scheduleAtFixedRate(
                        () -> call.sendMessage(new byte[MESSAGE_BYTES]),
                        first,
                        HEARTBEAT_MILLIS,
                        TimeUnit.MILLISECONDS);
            }
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            System.err.println("a raw stream ended: " + status);
        }
    }
}
