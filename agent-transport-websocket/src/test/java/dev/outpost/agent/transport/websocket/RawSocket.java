package dev.outpost.agent.transport.websocket;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;

/** Either end of a WebSocket by hand, for frames that no library would send. Not thread-safe. */
final class RawSocket implements AutoCloseable {

    static final int TEXT = 1;
    static final int BINARY = 2;
    static final int CLOSE = 8;
    static final int PING = 9;
    static final int PONG = 10;

    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final Socket socket;
    private final boolean masks;
    private final DataInputStream in;
    private final OutputStream out;

    private RawSocket(Socket socket, boolean masks) throws IOException {
        this.socket = socket;
        this.masks = masks;
        socket.setSoTimeout(20_000);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /** One frame, unmasked. */
    static final class Frame {

        private final int opcode;
        private final byte[] payload;

        private Frame(int opcode, byte[] payload) {
            this.opcode = opcode;
            this.payload = payload;
        }

        int opcode() {
            return opcode;
        }

        byte[] payload() {
            return payload.clone();
        }

        int closeCode() {
            return ByteBuffer.wrap(payload).getShort() & 0xFFFF;
        }

        String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }
    }

    /** Connects to a server and does not say anything. */
    static RawSocket to(int port) throws IOException {
        return new RawSocket(new Socket(InetAddress.getLoopbackAddress(), port), true);
    }

    /** The server's end of a connection that came in. */
    static RawSocket of(Socket accepted) throws IOException {
        return new RawSocket(accepted, false);
    }

    /** A client's handshake; returns the head of the answer. */
    String upgrade(String path, String... headers) throws IOException {
        write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                        + (headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n") + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
        return readHead();
    }

    /** Answers a client's handshake with its first sub-protocol, and returns what it asked. */
    String accept() throws IOException {
        String head = readHead();
        String protocol =
                header(head, "Sec-WebSocket-Protocol").split(",", -1)[0].strip();
        respond(head, "Sec-WebSocket-Protocol: " + protocol + "\r\n");
        return head;
    }

    /**
     * Answers an agent's handshake, and waits for its hello, as a control center does before it says anything. What comes earlier
     * the JDK's client may lose: its HTTP half can take it off the wire after the WebSocket half has looked what is left there.
     */
    Frame acceptHello() throws IOException {
        accept();
        return read();
    }

    void respond(String head, String headers) throws IOException {
        write(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: " + acceptKey(header(head, "Sec-WebSocket-Key")) + "\r\n" + headers
                        + "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String acceptKey(String key) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-1")
                            .digest((key + GUID).getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    static String header(String head, String name) {
        for (String line : head.split("\r\n", -1)) {
            if (line.toLowerCase(Locale.ROOT).startsWith(name.toLowerCase(Locale.ROOT) + ":")) {
                return line.substring(name.length() + 1).strip();
            }
        }
        return "";
    }

    /** Waits until the other side has said something, and takes one byte of it: who speaks before may not be heard. */
    void awaitWord() throws IOException {
        in.readUnsignedByte();
    }

    String readHead() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
            head.write(in.readUnsignedByte());
        }
        return head.toString(StandardCharsets.ISO_8859_1);
    }

    void write(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    void send(boolean last, int opcode, byte[] payload) throws IOException {
        send(last, opcode, payload, payload.length);
    }

    /** A frame whose header announces {@code announced} bytes. */
    void send(boolean last, int opcode, byte[] payload, long announced) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write((last ? 0x80 : 0) | opcode);
        int mask = masks ? 0x80 : 0;
        if (announced < 126) {
            frame.write(mask | (int) announced);
        } else if (announced < 1 << 16) {
            frame.write(mask | 126);
            frame.write(ByteBuffer.allocate(2).putShort((short) announced).array());
        } else {
            frame.write(mask | 127);
            frame.write(ByteBuffer.allocate(8).putLong(announced).array());
        }
        if (masks) {
            frame.write(new byte[4]); // a mask of zeros leaves the payload as it is
        }
        frame.write(payload);
        write(frame.toByteArray());
    }

    Frame read() throws IOException {
        int first = in.readUnsignedByte();
        int second = in.readUnsignedByte();
        long length = second & 0x7F;
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = in.readLong();
        }
        byte[] mask = new byte[4];
        if ((second & 0x80) != 0) {
            in.readFully(mask);
        }
        byte[] payload = new byte[Math.toIntExact(length)];
        in.readFully(payload);
        for (int i = 0; i < payload.length; i++) {
            payload[i] ^= mask[i % 4];
        }
        return new Frame(first & 0x0F, payload);
    }

    /** The next Close frame, or null when the connection ends without one. */
    Frame readClose() throws IOException {
        try {
            for (Frame frame = read(); ; frame = read()) {
                if (frame.opcode() == CLOSE) {
                    return frame;
                }
            }
        } catch (EOFException | SocketException e) {
            return null;
        }
    }

    /** Waits for the other side to end the connection; fails with a time-out if it does not. */
    void awaitEnd() throws IOException {
        try {
            while (in.read() >= 0) {}
        } catch (SocketException e) {
            // reset: gone too
            return;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
