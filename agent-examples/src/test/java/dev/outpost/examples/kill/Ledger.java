package dev.outpost.examples.kill;

import dev.outpost.agent.log.LogBatch;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.metric.MetricBatch;
import dev.outpost.agent.metric.MetricPoint;
import dev.outpost.center.StreamGap;
import dev.outpost.center.store.WatermarkStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * What has arrived, and how far each epoch has come, in one file: a line is a batch, a gap or a position, and counts when it
 * is whole. So it may be killed at any moment, and one process after the other may go on with it. It also finds what must
 * not be: a record that arrives twice, a batch out of order, a gap.
 *
 * <pre>
 *   logs|metrics|gap|position stream epoch sequence number number …
 * </pre>
 */
final class Ledger implements WatermarkStore, AutoCloseable {

    private final FileChannel file;
    private final Map<StreamEpoch, Long> positions = new HashMap<>();
    private final Map<Integer, BitSet> logs = new TreeMap<>();
    private final Map<Integer, BitSet> metrics = new TreeMap<>();
    private final List<String> faults = new ArrayList<>();
    private long end;
    private long records;

    Ledger(Path path) throws IOException {
        file = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        catchUp();
    }

    /** Reads what another process has added; a line that was not finished is cut off. */
    synchronized void catchUp() throws IOException {
        ByteBuffer added = ByteBuffer.allocate((int) (file.size() - end));
        while (added.hasRemaining() && file.read(added, end + added.position()) > 0) {}
        String text = StandardCharsets.US_ASCII.decode(added.flip()).toString();
        int whole = text.lastIndexOf('\n') + 1;
        text.substring(0, whole).lines().forEach(this::apply);
        end += whole;
        file.truncate(end);
    }

    // ---- taking in ------------------------------------------------------------------------------------------------

    void takeLogs(LogBatch batch) {
        StringBuilder line = line("logs", batch.streamId(), batch.epoch(), batch.sequence());
        for (LogRecord record : batch.records()) {
            line.append(' ').append(record.body(), 0, record.body().indexOf(' '));
        }
        append(line);
    }

    void takeMetrics(MetricBatch batch) {
        StringBuilder line = line("metrics", batch.streamId(), batch.epoch(), batch.sequence());
        for (MetricPoint point : batch.points()) {
            line.append(' ').append((long) point.value());
        }
        append(line);
    }

    void takeGap(StreamGap gap) {
        append(line("gap", gap.streamId(), gap.epoch(), gap.through())
                .append(' ')
                .append(gap.from())
                .append(' ')
                .append(gap.records().orElse(-1))
                .append(' ')
                .append(gap.reason()));
    }

    @Override
    public synchronized long watermark(UUID streamId, long epoch) {
        return positions.getOrDefault(new StreamEpoch(streamId, epoch), 0L);
    }

    @Override
    public synchronized void advance(UUID streamId, long epoch, long sequence) {
        if (sequence > watermark(streamId, epoch)) {
            append(line("position", streamId, epoch, sequence));
        }
    }

    private static StringBuilder line(String kind, UUID streamId, long epoch, long sequence) {
        return new StringBuilder(kind)
                .append(' ')
                .append(streamId)
                .append(' ')
                .append(epoch)
                .append(' ')
                .append(sequence);
    }

    private synchronized void append(StringBuilder line) {
        ByteBuffer bytes = StandardCharsets.US_ASCII.encode(line + "\n");
        int length = bytes.remaining();
        try {
            while (bytes.hasRemaining()) {
                file.write(bytes, end + length - bytes.remaining());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        end += length;
        apply(line.toString());
    }

    private void apply(String line) {
        String[] parts = line.split(" ", -1);
        StreamEpoch epoch = new StreamEpoch(UUID.fromString(parts[1]), Long.parseLong(parts[2]));
        long sequence = Long.parseLong(parts[3]);
        long before = positions.getOrDefault(epoch, 0L);
        switch (parts[0]) {
            case "logs" -> takeNumbers(logs, parts, epoch);
            case "metrics" -> takeNumbers(metrics, parts, epoch);
            case "gap" -> faults.add("a gap: " + line + " after " + before);
            default -> faults.add("skipped: " + line + " after " + before);
        }
        if (sequence <= before) {
            faults.add("told twice: " + parts[0] + " batch " + sequence + " of " + epoch + ", which is at " + before);
        }
        positions.merge(epoch, sequence, Math::max);
    }

    private void takeNumbers(Map<Integer, BitSet> arrived, String[] parts, StreamEpoch epoch) {
        for (int i = 4; i < parts.length; i++) {
            long number = Long.parseLong(parts[i]);
            BitSet ofLife = arrived.computeIfAbsent(Numbers.lifeOf(number), life -> new BitSet());
            if (ofLife.get(Numbers.indexOf(number))) {
                faults.add("twice: " + Numbers.text(number) + " of " + parts[0] + ", now in batch " + parts[3] + " of "
                        + epoch);
            }
            ofLife.set(Numbers.indexOf(number));
            records++;
        }
    }

    // ---- asked afterwards -----------------------------------------------------------------------------------------

    synchronized BitSet logsOf(int life) {
        return (BitSet) logs.getOrDefault(life, new BitSet()).clone();
    }

    synchronized BitSet metricsOf(int life) {
        return (BitSet) metrics.getOrDefault(life, new BitSet()).clone();
    }

    /** What must not have happened. */
    synchronized List<String> faults() {
        return List.copyOf(faults);
    }

    synchronized long records() {
        return records;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
