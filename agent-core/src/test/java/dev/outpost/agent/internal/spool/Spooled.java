package dev.outpost.agent.internal.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A store under test, with all that it tells. */
final class Spooled implements SpoolEvents {

    static final Path DIRECTORY = Path.of("/spool");
    static final SpoolRun.Chain TASKS = new SpoolRun.Chain("tasks-0", 0);
    static final SpoolRun.Chain METRICS = new SpoolRun.Chain("metrics-1", 1);
    static final SpoolRun.Chain LOGS = new SpoolRun.Chain("logs-2", 2);
    static final SpoolLimits LIMITS = new SpoolLimits(1 << 20, 0, 4096);

    final List<String> told = new ArrayList<>();
    final List<Stored.Gap> lost = new ArrayList<>();
    final Map<SpoolRun, Long> written = new java.util.HashMap<>();
    final Map<SpoolRun, Long> synced = new java.util.HashMap<>();
    final List<IOException> failures = new ArrayList<>();
    long now = 1_000;
    private int attempt = 1;
    final SpoolStore store;

    Spooled(SpoolFiles files, Path directory, SpoolLimits limits) throws IOException {
        store = SpoolStore.open(directory, limits, files, () -> now, List.of(TASKS, METRICS, LOGS), this);
    }

    static Spooled open(SpoolFiles files) throws IOException {
        return new Spooled(files, DIRECTORY, LIMITS);
    }

    static Spooled open(SpoolFiles files, SpoolLimits limits) throws IOException {
        return new Spooled(files, DIRECTORY, limits);
    }

    /** A batch whose body says which it is. */
    static Batch batch(SpoolRun run, long sequence, int bytes) {
        return new Batch(sequence, records(sequence), FrameType.LOGS, 0, ByteBuffer.wrap(body(run, sequence, bytes)));
    }

    static int records(long sequence) {
        return (int) (sequence % 7) + 1;
    }

    static byte[] body(SpoolRun run, long sequence, int bytes) {
        return body(run.epoch(), sequence, bytes);
    }

    static byte[] body(long epoch, long sequence, int bytes) {
        byte[] body = new byte[bytes];
        byte[] name = (epoch + "/" + sequence + " ").getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < bytes; i++) {
            body[i] = i < name.length ? name[i] : (byte) (sequence * 31 + i);
        }
        return body;
    }

    /** Appends batches under the present attempt. */
    void append(SpoolRun run, long from, long through, int bytes) {
        for (long sequence = from; sequence <= through; sequence++) {
            store.append(run, attempt, batch(run, sequence, bytes));
        }
    }

    /** What is appended next is of another attempt. */
    void nextAttempt() {
        attempt++;
    }

    /** All that a run holds behind what is acknowledged, read in small portions. */
    List<Stored> readAll(SpoolRun run) throws IOException {
        List<Stored> all = new ArrayList<>();
        long next = store.acked(run) + 1;
        while (true) {
            List<Stored> some = store.read(run, next, Long.MAX_VALUE, 1);
            if (some.isEmpty()) {
                return all;
            }
            all.addAll(some);
            next = some.get(some.size() - 1).through() + 1;
        }
    }

    /** The numbers of the frames in it; fails when a body is not what was written. */
    static List<Long> sequences(SpoolRun run, List<Stored> stored) {
        List<Long> sequences = new ArrayList<>();
        for (Stored one : stored) {
            if (one instanceof Stored.Frame frame) {
                byte[] body = new byte[frame.body().remaining()];
                frame.body().duplicate().get(body);
                if (!java.util.Arrays.equals(body, body(run, frame.from(), body.length))
                        || frame.records() != records(frame.from())) {
                    throw new AssertionError("a wrong record: " + frame);
                }
                sequences.add(frame.from());
            }
        }
        return sequences;
    }

    static List<Stored.Gap> gaps(List<Stored> stored) {
        return stored.stream()
                .filter(Stored.Gap.class::isInstance)
                .map(Stored.Gap.class::cast)
                .toList();
    }

    static List<Long> range(long from, long through) {
        return java.util.stream.LongStream.rangeClosed(from, through).boxed().toList();
    }

    static long recordsOf(long from, long through) {
        long records = 0;
        for (long sequence = from; sequence <= through; sequence++) {
            records += records(sequence);
        }
        return records;
    }

    /** The only run there is. */
    SpoolRun onlyRun() {
        if (store.runs().size() != 1) {
            throw new AssertionError("not one run: " + store.runs());
        }
        return store.runs().get(0);
    }

    Map<Long, Long> recordsByEpoch() throws IOException {
        Map<Long, Long> records = new TreeMap<>();
        for (SpoolRun run : store.runs()) {
            records.put(run.epoch(), store.records(run));
        }
        return records;
    }

    @Override
    public void onWritten(SpoolRun run, long through) {
        written.put(run, through);
        told.add("written " + through);
    }

    @Override
    public void onSynced(SpoolRun run, long through) {
        synced.put(run, through);
        told.add("synced " + through);
    }

    @Override
    public void onFailed(SpoolRun run, long through, IOException failure) {
        failures.add(failure);
        told.add("failed " + through);
    }

    @Override
    public void onLost(SpoolRun run, Stored.Gap gap) {
        lost.add(gap);
        told.add("lost " + gap.from() + "-" + gap.through() + " " + gap.reason());
    }
}
