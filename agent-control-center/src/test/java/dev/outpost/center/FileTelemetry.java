package dev.outpost.center;

import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.metric.MetricBatch;
import dev.outpost.center.store.WatermarkStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.zip.CRC32;

/**
 * A handler whose one file is data and positions in one: every entry is a batch, or nothing, and the position that its epoch
 * has come to with it. An entry is there wholly or not at all, for a checksum ends it; what follows the last whole one is cut
 * off when the file is opened again.
 *
 * <pre>
 *   length of the body (4) · kind (1) · stream (16) · epoch (8) · sequence (8) · body · CRC-32 of all before (4)
 * </pre>
 */
final class FileTelemetry implements TelemetryHandler, WatermarkStore, AutoCloseable {

    /** What an entry tells. */
    enum Kind {
        LOGS('l'),
        METRICS('m'),
        GAP('g'),
        POSITION('p');

        private final char letter;

        Kind(char letter) {
            this.letter = letter;
        }

        static Kind of(byte letter) {
            return Arrays.stream(values())
                    .filter(kind -> kind.letter == letter)
                    .findAny()
                    .orElseThrow();
        }
    }

    /** An entry, without its body. */
    record Entry(Kind kind, StreamEpoch epoch, long sequence, int bodyBytes) {}

    private static final int HEAD_BYTES = 37;
    private static final int CRC_BYTES = 4;

    private final FileChannel file;
    private final List<Entry> entries = new ArrayList<>();
    private final Map<StreamEpoch, Long> positions = new HashMap<>();

    FileTelemetry(Path path) throws IOException {
        file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        recover();
    }

    private void recover() throws IOException {
        ByteBuffer all = ByteBuffer.allocate((int) file.size());
        int read;
        do {
            read = file.read(all);
        } while (read > 0);
        all.flip();
        int whole = 0;
        while (all.remaining() >= HEAD_BYTES + CRC_BYTES) {
            int bodyBytes = all.getInt(whole);
            if (bodyBytes < 0 || bodyBytes > all.remaining() - HEAD_BYTES - CRC_BYTES) {
                break;
            }
            int end = whole + HEAD_BYTES + bodyBytes;
            if (all.getInt(end) != crc(all.slice(whole, HEAD_BYTES + bodyBytes))) {
                break;
            }
            Kind kind = Kind.of(all.get(whole + 4));
            UUID streamId = new UUID(all.getLong(whole + 5), all.getLong(whole + 13));
            note(new Entry(
                    kind, new StreamEpoch(streamId, all.getLong(whole + 21)), all.getLong(whole + 29), bodyBytes));
            whole = end + CRC_BYTES;
            all.position(whole);
        }
        file.truncate(whole);
        file.position(whole);
    }

    @Override
    public Optional<WatermarkStore> watermarks() {
        return Optional.of(this);
    }

    @Override
    public CompletionStage<?> onLogs(AgentInfo agent, LogBatch batch) {
        append(Kind.LOGS, batch.streamId(), batch.epoch(), batch.sequence(), batch.body());
        return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<?> onMetrics(AgentInfo agent, MetricBatch batch) {
        append(Kind.METRICS, batch.streamId(), batch.epoch(), batch.sequence(), batch.body());
        return CompletableFuture.completedStage(null);
    }

    @Override
    public void onGap(AgentInfo agent, StreamGap gap) {
        append(Kind.GAP, gap.streamId(), gap.epoch(), gap.through(), ByteBuffer.allocate(0));
    }

    @Override
    public synchronized long watermark(UUID streamId, long epoch) {
        return positions.getOrDefault(new StreamEpoch(streamId, epoch), 0L);
    }

    @Override
    public synchronized void advance(UUID streamId, long epoch, long sequence) {
        if (sequence > watermark(streamId, epoch)) {
            append(Kind.POSITION, streamId, epoch, sequence, ByteBuffer.allocate(0));
        }
    }

    synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    private synchronized void append(Kind kind, UUID streamId, long epoch, long sequence, ByteBuffer body) {
        int bodyBytes = body.remaining();
        ByteBuffer entry = ByteBuffer.allocate(HEAD_BYTES + bodyBytes + CRC_BYTES);
        entry.putInt(bodyBytes).put((byte) kind.letter);
        entry.putLong(streamId.getMostSignificantBits()).putLong(streamId.getLeastSignificantBits());
        entry.putLong(epoch).putLong(sequence).put(body);
        entry.putInt(crc(entry.duplicate().flip())).flip();
        try {
            while (entry.hasRemaining()) {
                file.write(entry);
            }
            file.force(false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        note(new Entry(kind, new StreamEpoch(streamId, epoch), sequence, bodyBytes));
    }

    private void note(Entry entry) {
        entries.add(entry);
        positions.merge(entry.epoch(), entry.sequence(), Math::max);
    }

    private static int crc(ByteBuffer bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
