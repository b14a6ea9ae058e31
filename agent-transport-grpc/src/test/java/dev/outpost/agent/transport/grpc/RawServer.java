package dev.outpost.agent.transport.grpc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/** A server that does as it likes with each connection; connections stay open until it is closed. */
final class RawServer implements AutoCloseable {

    private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> accepted = new ArrayList<>();
    private final Thread thread;

    private RawServer(Treatment treatment) throws IOException {
        thread = new Thread(() -> serve(treatment), "raw-server");
        thread.setDaemon(true);
        thread.start();
    }

    /** What is done to a connection that has come in. */
    @FunctionalInterface
    interface Treatment {
        void of(Socket socket) throws IOException;
    }

    static RawServer that(Treatment treatment) throws IOException {
        return new RawServer(treatment);
    }

    int port() {
        return listening.getLocalPort();
    }

    private void serve(Treatment treatment) {
        try {
            while (true) {
                Socket socket = listening.accept();
                synchronized (accepted) {
                    accepted.add(socket);
                }
                treatment.of(socket);
            }
        } catch (IOException e) {
            // closed, or the client has gone first
        }
    }

    @Override
    public void close() throws IOException {
        listening.close();
        synchronized (accepted) {
            for (Socket socket : accepted) {
                socket.close();
            }
        }
    }
}
