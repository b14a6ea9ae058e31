package dev.outpost.agent.internal.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A spool and a plain model of what it must hold, through failures, crashes and restarts. It does what a lane does: what was
 * told as failed is written again under another attempt.
 */
final class SpoolSimulation implements SpoolEvents {

    private static final List<SpoolRun.Chain> CHAINS = List.of(Spooled.TASKS, Spooled.METRICS, Spooled.LOGS);

    /** What is known of one run. */
    private static final class Truth {
        SpoolRun run;
        boolean recovered;
        boolean failed;
        int attempt = 1;
        long sent;
        long everSent;
        long written;
        long synced;
        long acked;
        final NavigableSet<Long> lost = new TreeSet<>();

        Truth(SpoolRun run) {
            this.run = run;
        }

        boolean requires(long sequence) {
            return sequence > acked && !lost.contains(sequence);
        }
    }

    final SpoolLimits limits;
    FaultyFiles files = new FaultyFiles();
    private final Map<Long, Truth> truths = new TreeMap<>();
    private SpoolStore store;
    private long now = 1_000_000;
    private long highestEpoch;
    private int failures;
    private final Map<Long, Long> lostRecords = new HashMap<>();

    SpoolSimulation(SpoolLimits limits) {
        this.limits = limits;
    }

    int failures() {
        return failures;
    }

    static int size(long sequence) {
        return (int) (sequence * 37 % 701);
    }

    void open() throws IOException {
        store = SpoolStore.open(Spooled.DIRECTORY, limits, files, () -> now++, CHAINS, this);
    }

    boolean isOpen() {
        return store != null;
    }

    void close() throws IOException {
        SpoolStore closing = store;
        store = null;
        closing.close();
    }

    /** The machine stops here, and starts again with what has survived. */
    void crash(FaultyFiles.Survival survival, SplittableRandom random) {
        files = files.restarted(survival, random);
        store = null;
    }

    /** Opens after a restart and holds what is found against what must be there. */
    void recover(FaultyFiles.Survival survival) throws IOException {
        open();
        Map<Long, SpoolRun> found = new HashMap<>();
        store.runs().forEach(run -> found.put(run.epoch(), run));
        assertThat(truths.keySet()).as("runs that were begun").containsAll(found.keySet());
        for (Truth truth : List.copyOf(truths.values())) {
            long certain = survival == FaultyFiles.Survival.ALL ? truth.written : truth.synced;
            SpoolRun run = found.get(truth.run.epoch());
            if (run == null) {
                for (long sequence = 1; sequence <= certain; sequence++) {
                    assertThat(truth.requires(sequence))
                            .as("%s: %s is lost with its run", truth.run, sequence)
                            .isFalse();
                }
                truths.remove(truth.run.epoch());
            } else {
                compare(truth, run, certain);
            }
        }
        SpoolRun fresh = store.startRun(Spooled.LOGS);
        begun(fresh);
    }

    private void compare(Truth truth, SpoolRun run, long certain) throws IOException {
        assertThat(run.streamId()).isEqualTo(truth.run.streamId());
        assertThat(run.chain()).isEqualTo(truth.run.chain());
        assertThat(store.acked(run)).isLessThanOrEqualTo(Math.max(truth.acked, store.last(run)));
        truth.run = run;
        truth.recovered = true;
        NavigableSet<Long> lostBefore = new TreeSet<>(truth.lost);
        truth.lost.clear();
        long records = store.records(run);
        Contents contents = contents(run);
        for (long sequence = 1; sequence <= certain; sequence++) {
            if (sequence > truth.acked && !lostBefore.contains(sequence)) {
                assertThat(contents.frames.contains(sequence) || contents.givenUp.contains(sequence))
                        .as("%s: %s must be there", run, sequence)
                        .isTrue();
            }
        }
        assertThat(contents.frames.isEmpty() ? 0 : contents.frames.last()).isLessThanOrEqualTo(truth.everSent);
        assertThat(contents.records + lostRecords.getOrDefault(run.epoch(), 0L))
                .as("%s: records", run)
                .isEqualTo(records);
        truth.acked = store.acked(run);
        truth.sent = store.last(run);
        truth.everSent = Math.max(truth.everSent, truth.sent);
        truth.written = store.last(run);
        truth.synced = store.last(run);
        for (long sequence = truth.acked + 1; sequence <= truth.sent; sequence++) {
            if (!contents.frames.contains(sequence)) {
                truth.lost.add(sequence);
            }
        }
    }

    private static final class Contents {
        final NavigableSet<Long> frames = new TreeSet<>();
        final NavigableSet<Long> givenUp = new TreeSet<>();
        long records;
    }

    private Contents contents(SpoolRun run) throws IOException {
        lostRecords.remove(run.epoch());
        Contents contents = new Contents();
        long next = store.acked(run) + 1;
        List<Stored> some = store.read(run, next, Long.MAX_VALUE, 1000);
        while (!some.isEmpty()) {
            for (Stored stored : some) {
                assertThat(stored.from()).isEqualTo(next);
                if (stored instanceof Stored.Frame frame) {
                    Spooled.sequences(run, List.of(stored));
                    assertThat(frame.body().remaining()).isEqualTo(size(frame.from()));
                    contents.frames.add(frame.from());
                    contents.records += frame.records();
                } else if (stored instanceof Stored.Gap gap
                        && !gap.reason().equals("missing")
                        && !gap.reason().equals("corrupt")) {
                    contents.givenUp.addAll(Spooled.range(gap.from(), gap.through()));
                }
                next = stored.through() + 1;
            }
            some = store.read(run, next, Long.MAX_VALUE, 1000);
        }
        return contents;
    }

    /** Holds each run against the model. */
    void check() throws IOException {
        for (Truth truth : truths.values()) {
            if (!store.runs().contains(truth.run)) {
                continue;
            }
            long expected = 0;
            NavigableSet<Long> frames = new TreeSet<>();
            for (long sequence = truth.acked + 1; sequence <= truth.written; sequence++) {
                if (truth.requires(sequence)) {
                    expected += Spooled.records(sequence);
                    frames.add(sequence);
                }
            }
            assertThat(store.records(truth.run)).as("%s: records", truth.run).isEqualTo(expected);
            assertThat(contents(truth.run).frames).as("%s", truth.run).isEqualTo(frames);
        }
    }

    private void begun(SpoolRun run) {
        assertThat(run.epoch()).as("epochs grow").isGreaterThan(highestEpoch);
        highestEpoch = run.epoch();
        truths.put(run.epoch(), new Truth(run));
    }

    SpoolRun startRun(SpoolRun.Chain chain) throws IOException {
        SpoolRun run = store.startRun(chain);
        begun(run);
        return run;
    }

    /** Writes the next so many batches, with a few tries. */
    void append(SpoolRun run, int count) {
        Truth truth = truths.get(run.epoch());
        long through = truth.sent + count;
        for (int tries = 0; truth.written < through && tries < 4; tries++) {
            if (truth.failed) {
                truth.failed = false;
                truth.attempt++;
            }
            for (long sequence = truth.written + 1; sequence <= through; sequence++) {
                truth.sent = Math.max(truth.sent, sequence);
                truth.everSent = Math.max(truth.everSent, sequence);
                store.append(run, truth.attempt, Spooled.batch(run, sequence, size(sequence)));
            }
        }
        if (truth.failed) {
            truth.sent = Math.max(truth.written, truth.acked); // the rest is for memory
        }
    }

    void sync() {
        store.sync();
    }

    void ack(SpoolRun run, long through) throws IOException {
        Truth truth = truths.get(run.epoch());
        truth.acked = Math.max(truth.acked, through);
        store.ack(run, through);
    }

    void rest(SpoolRun run) {
        store.rest(run);
    }

    void reject(SpoolRun run, long sequence) throws IOException {
        Truth truth = truths.get(run.epoch());
        truth.lost.add(sequence);
        store.reject(run, Spooled.batch(run, sequence, size(sequence)), "rejected");
    }

    /** The run is over; its files may come back after a loss of power, and then cost nothing but a second delivery. */
    void end(SpoolRun run) throws IOException {
        Truth truth = truths.get(run.epoch());
        truth.acked = Math.max(truth.acked, truth.sent);
        truth.recovered = true;
        store.end(run);
    }

    void saveAcks() throws IOException {
        store.saveAcks();
    }

    void evictOlderThan(long age) throws IOException {
        store.evictOlderThan(now - age);
    }

    void readSome(SpoolRun run, SplittableRandom random) throws IOException {
        long from = store.acked(run) + 1 + random.nextInt(10);
        store.read(run, from, from + random.nextInt(40), random.nextInt(5000) + 1);
    }

    long usedBytes() {
        return store.usedBytes();
    }

    List<SpoolRun> runs() {
        return store.runs();
    }

    /** A run that may be written to, or null. */
    List<SpoolRun> ownRuns() {
        List<SpoolRun> own = new ArrayList<>();
        truths.values().stream().filter(truth -> !truth.recovered).forEach(truth -> own.add(truth.run));
        return own;
    }

    long written(SpoolRun run) {
        return truths.get(run.epoch()).written;
    }

    long acked(SpoolRun run) {
        return truths.get(run.epoch()).acked;
    }

    @Override
    public void onWritten(SpoolRun run, long through) {
        truths.get(run.epoch()).written = through;
    }

    @Override
    public void onSynced(SpoolRun run, long through) {
        Truth truth = truths.get(run.epoch());
        assertThat(through).isLessThanOrEqualTo(truth.written).isGreaterThan(truth.synced);
        truth.synced = through;
    }

    @Override
    public void onFailed(SpoolRun run, long synced, IOException failure) {
        Truth truth = truths.get(run.epoch());
        assertThat(synced).as("what is synced stays so").isEqualTo(truth.synced);
        truth.written = Math.min(truth.written, synced);
        truth.failed = true;
        failures++;
    }

    @Override
    public void onLost(SpoolRun run, Stored.Gap lost) {
        Truth truth = truths.get(run.epoch());
        long records = 0;
        for (long sequence = lost.from(); sequence <= lost.through(); sequence++) {
            if (sequence > truth.acked && sequence <= truth.written && truth.lost.add(sequence)) {
                records += Spooled.records(sequence);
            }
        }
        lostRecords.merge(run.epoch(), (long) lost.records(), Long::sum);
        if (!truth.recovered) {
            assertThat((long) lost.records()).as("%s of %s", lost, run).isEqualTo(records);
        }
    }
}
