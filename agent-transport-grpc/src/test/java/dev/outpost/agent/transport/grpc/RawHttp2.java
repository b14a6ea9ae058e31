package dev.outpost.agent.transport.grpc;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** HTTP/2 by hand (RFC 9113), as far as an attacker needs it: one stream, frames of any content, and then silence. */
final class RawHttp2 implements AutoCloseable {

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int SETTINGS = 4;
    private static final int END_HEADERS = 4;
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;
    private final DataOutputStream out;

    private RawHttp2(Socket socket) throws IOException {
        this.socket = socket;
        this.out = new DataOutputStream(socket.getOutputStream());
    }

    /** A connection on which nothing was said. */
    static RawHttp2 to(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        return new RawHttp2(socket);
    }

    RawHttp2 sendBytes(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
        return this;
    }

    RawHttp2 sendPreface() throws IOException {
        sendBytes(PREFACE);
        return sendFrame(SETTINGS, 0, 0, new byte[0]);
    }

    /** Opens stream 1 with a proper call of the contract's method. */
    RawHttp2 sendCall() throws IOException {
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        field(fields, ":method", "POST");
        field(fields, ":scheme", "http");
        field(fields, ":path", "/" + AgentService.SERVICE + "/Connect");
        field(fields, ":authority", "localhost");
        field(fields, "content-type", "application/grpc");
        field(fields, "te", "trailers");
        return sendFrame(HEADERS, END_HEADERS, 1, fields.toByteArray());
    }

    /** A part of a gRPC message that claims to be {@code claimed} bytes long. */
    RawHttp2 sendPartOfMessage(int claimed, int sent) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream message = new DataOutputStream(bytes);
        message.writeByte(0); // not compressed
        message.writeInt(claimed);
        message.write(new byte[sent]);
        return sendFrame(DATA, 0, 1, bytes.toByteArray());
    }

    private RawHttp2 sendFrame(int type, int flags, int stream, byte[] payload) throws IOException {
        out.writeByte(payload.length >> 16);
        out.writeShort(payload.length);
        out.writeByte(type);
        out.writeByte(flags);
        out.writeInt(stream);
        out.write(payload);
        out.flush();
        return this;
    }

    /** HPACK's literal field without indexing, new name (RFC 7541, 6.2.2). */
    private static void field(ByteArrayOutputStream to, String name, String value) {
        to.write(0);
        for (String text : new String[] {name, value}) {
            to.write(text.length());
            to.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Reads until the server hangs up. */
    byte[] awaitHangUp() throws IOException {
        try {
            return socket.getInputStream().readAllBytes();
        } catch (java.net.SocketException e) {
            return new byte[0]; // reset: it hung up without manners
        }
    }

    /** Goes without a word: the peer gets a reset. */
    void drop() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
