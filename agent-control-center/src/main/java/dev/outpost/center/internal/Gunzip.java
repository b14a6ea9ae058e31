package dev.outpost.center.internal;

import dev.outpost.agent.sink.SinkException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads one member of gzip (RFC 1952) that nobody vouches for: never more than a bound comes out. The platform's own stream
 * reads any number of members and recurs for each, so that a body of many small ones would exhaust the stack.
 */
final class Gunzip {

    private static final int MAGIC = 0x8b1f;
    private static final int DEFLATE = 8;
    private static final int HAS_CRC = 2;
    private static final int HAS_EXTRA = 4;
    private static final int HAS_NAME = 8;
    private static final int HAS_COMMENT = 16;
    private static final int RESERVED = 0xe0;
    private static final int HEADER_BYTES = 10;
    private static final int TRAILER_BYTES = 8;
    private static final int FIRST_BYTES = 8_192;

    private final ByteBuffer in;
    private final int most;
    private byte[] out;
    private int size;

    private Gunzip(ByteBuffer compressed, int most) {
        this.in = compressed.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        this.most = most;
        this.out = new byte[Math.min(most, FIRST_BYTES)];
    }

    /**
     * Decompresses a body.
     *
     * @throws SinkException for good, if it is no gzip, was damaged, or holds more than {@code most} bytes
     */
    static ByteBuffer read(ByteBuffer compressed, int most) {
        Gunzip gunzip = new Gunzip(compressed, most);
        gunzip.member();
        return ByteBuffer.wrap(gunzip.out, 0, gunzip.size).slice();
    }

    private void member() {
        header();
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(in);
            while (!inflater.finished()) {
                inflate(inflater);
            }
        } catch (DataFormatException e) {
            throw SinkException.permanent("the body is no gzip: " + e.getMessage(), e);
        } finally {
            inflater.end();
        }
        need(TRAILER_BYTES);
        CRC32 crc = new CRC32();
        crc.update(out, 0, size);
        if (in.getInt() != (int) crc.getValue() || in.getInt() != size) {
            throw damaged("its checksum or length is wrong");
        }
        if (in.hasRemaining()) {
            throw damaged("something follows its first member");
        }
    }

    private void inflate(Inflater inflater) throws DataFormatException {
        if (size == most) { // one byte more tells whether that was all
            if (inflater.inflate(new byte[1]) > 0) {
                throw SinkException.permanent("the body has more than " + most + " bytes", null);
            }
        } else {
            if (size == out.length) {
                out = Arrays.copyOf(out, (int) Math.min(most, 2L * size));
            }
            size += inflater.inflate(out, size, out.length - size);
        }
        if (!inflater.finished() && (inflater.needsDictionary() || inflater.needsInput())) {
            throw damaged("it ends too early");
        }
    }

    private void header() {
        need(HEADER_BYTES);
        if (Short.toUnsignedInt(in.getShort()) != MAGIC || in.get() != DEFLATE) {
            throw damaged("its header is wrong");
        }
        int flags = in.get();
        if ((flags & RESERVED) != 0) {
            throw damaged("its header has unknown flags");
        }
        skip(6); // time, hints, system
        if ((flags & HAS_EXTRA) != 0) {
            need(2);
            skip(Short.toUnsignedInt(in.getShort()));
        }
        if ((flags & HAS_NAME) != 0) {
            skipText();
        }
        if ((flags & HAS_COMMENT) != 0) {
            skipText();
        }
        if ((flags & HAS_CRC) != 0) {
            skip(2);
        }
    }

    private void skipText() {
        do {
            need(1);
        } while (in.get() != 0);
    }

    private void skip(int bytes) {
        need(bytes);
        in.position(in.position() + bytes);
    }

    private void need(int bytes) {
        if (in.remaining() < bytes) {
            throw damaged("it ends too early");
        }
    }

    private static SinkException damaged(String how) {
        return SinkException.permanent("the body is no gzip: " + how, null);
    }
}
