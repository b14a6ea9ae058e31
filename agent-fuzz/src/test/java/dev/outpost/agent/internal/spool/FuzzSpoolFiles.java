package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;

/** Files of a spool: what is right in them, and never more; nothing thrown. */
public final class FuzzSpoolFiles {

    private static final SegmentId ID = new SegmentId(new UUID(3, 4), 5, 1);
    private static final byte[] SEGMENT = segment();

    private FuzzSpoolFiles() {}

    /** Three frames. */
    private static byte[] segment() {
        ByteBuffer all = ByteBuffer.allocate(1_024);
        all.put(new SegmentHeader(ID, 7).encode());
        for (int i = 1; i <= 3; i++) {
            byte[] content = new byte[100 * i];
            Arrays.fill(content, (byte) i);
            Batch batch = new Batch(i, i, FrameType.LOGS, 0, ByteBuffer.wrap(content));
            int start = all.position();
            FrameHeader header = batch.header(2, 9, ID.seed());
            all.put(header.encode(ID.seed())).put(content).position(start + (int) header.frameBytes());
        }
        return all.array();
    }

    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        walk(input);
        walk(patched(input));
        AckFile.decode(ByteBuffer.wrap(input));
        GapFile.decode(ByteBuffer.wrap(input));
        SlotMeta.read(new BytesFile(input));
        TwoHalves.read(new BytesFile(input), AckFile.KIND);
    }

    /** A whole segment in which every three bytes of the input change one. */
    private static byte[] patched(byte[] input) {
        byte[] patched = SEGMENT.clone();
        for (int i = 0; i + 2 < input.length; i += 3) {
            patched[((input[i] & 0xff) << 8 | (input[i + 1] & 0xff)) % patched.length] = input[i + 2];
        }
        return patched;
    }

    private static void walk(byte[] content) throws IOException {
        SegmentHeader.decode(ByteBuffer.wrap(content));
        try (SegmentReader reader = new SegmentReader(new BytesFile(content), ID)) {
            long last = 0;
            for (Optional<FrameHeader> frame = reader.next(content.length);
                    frame.isPresent();
                    frame = reader.next(content.length)) {
                if (frame.get().sequence() <= last) {
                    throw new AssertionError("frame " + frame.get().sequence() + " after " + last);
                }
                last = frame.get().sequence();
                reader.body(frame.get());
                reader.raw(frame.get());
            }
        }
    }

    /** A file in memory. */
    private static final class BytesFile implements SpoolFiles.OpenFile {
        private final byte[] content;

        BytesFile(byte[] content) {
            this.content = content;
        }

        @Override
        public int read(ByteBuffer into, long position) {
            int length = (int) Math.min(into.remaining(), content.length - position);
            if (length <= 0) {
                return -1;
            }
            into.put(content, (int) position, length);
            return length;
        }

        @Override
        public void write(ByteBuffer[] from, long position) {
            throw new UnsupportedOperationException("reading only");
        }

        @Override
        public void force() {
            throw new UnsupportedOperationException("reading only");
        }

        @Override
        public void truncate(long size) {
            throw new UnsupportedOperationException("reading only");
        }

        @Override
        public long size() {
            return content.length;
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
