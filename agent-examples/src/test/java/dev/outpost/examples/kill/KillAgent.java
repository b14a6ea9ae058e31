package dev.outpost.examples.kill;

import dev.outpost.agent.Agent;
import dev.outpost.agent.AgentSnapshot;
import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.log.NotDurableException;
import dev.outpost.agent.log.OverflowPolicy;
import dev.outpost.agent.log.Severity;
import dev.outpost.agent.metric.Instrument;
import dev.outpost.agent.spool.Spool;
import dev.outpost.agent.spool.SyncPolicy;
import dev.outpost.agent.transport.Backoff;
import dev.outpost.agent.transport.Compression;
import dev.outpost.agent.transport.grpc.GrpcTransport;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One life of an agent process, to be killed: publishes numbered records until it is told to close on its standard input, or
 * that ends. Its settings are drawn from seed and life.
 */
final class KillAgent {

    /** It could not get rid of what it holds. */
    static final int NOT_DRAINED = 4;

    private static final int PARENT_GONE = 3;
    private static final Instrument NUMBER = Instrument.gauge("kill.number", "1", "Numbers its own points.");
    private static final Duration DRAIN_PATIENCE = Duration.ofSeconds(60);
    private static final int SEGMENT_BYTES = 64 << 10;
    private static final String PADDING = "x".repeat(600);

    private final int life;
    private final boolean publishes;
    private final Random random;
    private final LifeFiles files;
    private final MappedByteBuffer begun;
    private final FileChannel durable;
    private final Agent agent;
    private final int durableEvery;
    private final Map<String, Long> notDurable = new ConcurrentSkipListMap<>();
    private volatile boolean closing;
    private long published;
    private long points;

    private KillAgent(String id, int port, Path spool, LifeFiles files, long seed, boolean publishes)
            throws IOException {
        this.life = files.life();
        this.publishes = publishes;
        this.random = new Random(seed * 31 + life);
        this.files = files;
        this.begun = files.mapBegun();
        this.durable = files.openDurable();
        this.durableEvery = pick(1, 5, 20);
        this.agent = build(id, port, spool);
    }

    /** Arguments: agent id, port, spool, directory of the lives' files, life, seed, "publish" or "drain". */
    public static void main(String[] args) throws Exception {
        LifeFiles files = new LifeFiles(Path.of(args[3]), Integer.parseInt(args[4]));
        boolean publishes = args[6].equals("publish");
        KillAgent killed = new KillAgent(
                args[0], Integer.parseInt(args[1]), Path.of(args[2]), files, Long.parseLong(args[5]), publishes);
        System.exit(killed.live());
    }

    @SafeVarargs
    private <T> T pick(T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private Agent build(String id, int port, Path directory) {
        Duration spillAfter = pick(Duration.ZERO, Duration.ofMillis(100), Duration.ofSeconds(1));
        SyncPolicy sync = pick(
                SyncPolicy.every(Duration.ofMillis(5)), SyncPolicy.DEFAULT, SyncPolicy.NEVER, SyncPolicy.EVERY_BATCH);
        Compression compression = pick(Compression.NONE, Compression.GZIP);
        int batchRecords = pick(1, 20, 100);
        int batchBytes = pick(4 << 10, 32 << 10);
        Duration batchInterval = Duration.ofMillis(pick(20, 200, 1_000));
        int window = pick(1, 4, 8, 64);
        System.out.println(
                "life " + life + ": spillAfter " + spillAfter + ", " + sync + ", " + compression + ", batches of "
                        + batchRecords + " records, " + batchBytes + " B, " + batchInterval + ", window " + window
                        + ", durable every " + durableEvery);
        return Agent.builder()
                .id(id)
                .transport(GrpcTransport.to("127.0.0.1:" + port).plaintext().build())
                .backoff(new Backoff(Duration.ofMillis(50), Duration.ofMillis(400)))
                .connectTimeout(Duration.ofSeconds(2))
                .spool(Spool.in(directory)
                        .maxBytes(1L << 30)
                        .keepFreeBytes(0)
                        .segmentBytes(SEGMENT_BYTES)
                        .sync(sync)
                        .spillAfter(spillAfter)
                        .replaySpread(Duration.ofMillis(pick(0, 300))))
                .ownMetrics(Duration.ZERO) // every point is numbered
                .compression(compression)
                .batchRecords(batchRecords)
                .batchBytes(batchBytes)
                .batchInterval(batchInterval)
                .windowBatches(window)
                .laneBytes(2 << 20)
                .overflow(OverflowPolicy.blockFor(Duration.ofSeconds(1)))
                .metrics(
                        recorder -> {
                            begun.putLong(8, ++points);
                            recorder.record(NUMBER, Numbers.of(life, points));
                        },
                        Duration.ofMillis(100))
                .shutdownTimeout(Duration.ofSeconds(4))
                .build();
    }

    private int live() throws Exception {
        agent.start();
        Thread listening = new Thread(this::listen, "commands");
        listening.setDaemon(true);
        listening.start();
        if (publishes) {
            publishOn();
        } else {
            drain();
        }
        agent.close();
        AgentSnapshot last = agent.snapshot();
        List<LaneFigures> accounts = last.lanes().stream().map(LaneFigures::of).toList();
        System.out.println("closed: " + accounts + ", not durable: " + notDurable);
        files.writeAccounts(accounts);
        boolean isLeft = accounts.stream().anyMatch(lane -> lane.spooled() + lane.inMemory() > 0);
        return publishes || !isLeft ? 0 : NOT_DRAINED;
    }

    /** The parent's word; without a parent there is no reason to live. */
    private void listen() {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            if (in.readLine() != null) {
                closing = true;
            } else {
                Runtime.getRuntime().halt(PARENT_GONE);
            }
        } catch (IOException e) {
            Runtime.getRuntime().halt(PARENT_GONE);
        }
    }

    private void publishOn() {
        int burst = pick(1, 3, 6);
        while (!closing) {
            for (int i = 0; i < burst; i++) {
                publishOne();
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
    }

    private void publishOne() {
        begun.putLong(0, ++published); // before it can arrive anywhere
        long number = Numbers.of(life, published);
        Severity severity = pick(Severity.DEBUG, Severity.INFO, Severity.WARN, Severity.ERROR);
        String body = number + " " + PADDING.substring(0, random.nextInt(PADDING.length()));
        if (published % durableEvery == 0) {
            CompletableFuture<Void> safe =
                    agent.logs().publishDurable(LogRecord.of(severity, body, Attributes.empty()));
            var unused = safe.whenComplete((nothing, failure) -> note(number, failure));
        } else {
            agent.logs().publish(severity, body);
        }
    }

    private synchronized void note(long number, Throwable failure) {
        if (failure != null) {
            String reason = failure instanceof NotDurableException known ? known.reason() : failure.toString();
            if (notDurable.merge(reason, 1L, Long::sum) == 1) {
                System.out.println("not durable: " + reason + ", first " + Numbers.text(number));
            }
            return;
        }
        try {
            durable.write(ByteBuffer.allocate(Long.BYTES).putLong(number).flip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Publishes one record, which is durable only when the spool is open, and waits until everything is delivered. */
    private void drain() throws Exception {
        begun.putLong(0, ++published);
        String body = Numbers.of(life, published) + " last";
        agent.logs()
                .publishDurable(LogRecord.of(Severity.WARN, body, Attributes.empty()))
                .get(DRAIN_PATIENCE.toSeconds(), TimeUnit.SECONDS);
        long end = System.nanoTime() + DRAIN_PATIENCE.toNanos();
        while (!closing && isHolding()) {
            if (System.nanoTime() - end > 0) {
                System.out.println("not drained: " + agent.snapshot());
                return;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        System.out.println("drained: " + agent.snapshot());
    }

    /** Metrics come all the time, so that there is nearly always one of them on its way. */
    private boolean isHolding() {
        return agent.snapshot().lanes().stream()
                .anyMatch(lane -> lane.spooled() > 0
                        || (lane.inMemory() > 0 && lane.name().equals("logs")));
    }
}
