package dev.outpost.agent.internal.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.ManualClock;
import dev.outpost.agent.internal.lane.ModelReceiver.Name;
import dev.outpost.agent.internal.spool.FaultyFiles;
import dev.outpost.agent.internal.telemetry.ClosedBatch;
import dev.outpost.agent.spool.Spool;
import dev.outpost.agent.spool.SyncPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * A lane of two classes with a spool, its destination and its disk, moved in random steps through several lives of the
 * process; after every step everything that can be seen is held against what must be so.
 */
final class LaneModel {

    private static final Path DIRECTORY = Path.of("/var/spool/agent");
    private static final Duration[] PAUSES = {
        Duration.ofMillis(1),
        Duration.ofMillis(20),
        Duration.ofMillis(120),
        Duration.ofMillis(300),
        Duration.ofMillis(1_100),
        Duration.ofSeconds(5),
        Duration.ofSeconds(31),
        Duration.ofSeconds(62)
    };

    private final SplittableRandom random;
    private final ManualClock clock = new ManualClock();
    private final ModelReceiver receiver = new ModelReceiver();
    private final Spool settings;
    private final int window;
    private final int laneBytes;

    /** Without quota, refusals and unreadable files: then nothing that is safe may be missing. */
    private final boolean calm;

    private final Set<Integer> offered = new HashSet<>();
    private final Set<Integer> refused = new HashSet<>();
    private final Set<Integer> safe = new HashSet<>();
    private final Set<Integer> mayBeLost = new HashSet<>();
    private FaultyFiles files = new FaultyFiles();
    private Set<FaultyFiles.Op> failing = EnumSet.noneOf(FaultyFiles.Op.class);
    private LaneLife life;
    private long droppedBefore;
    private long heldAtKills;
    private long spooledBefore;
    private int numbers;

    LaneModel(SplittableRandom random) {
        this.random = random;
        this.calm = random.nextInt(3) == 0;
        this.window = 1 + random.nextInt(8);
        this.laneBytes = 1_000 + random.nextInt(5_000);
        int segment = 400 + random.nextInt(1_600);
        SyncPolicy[] policies = {SyncPolicy.DEFAULT, SyncPolicy.EVERY_BATCH, SyncPolicy.NEVER};
        this.settings = Spool.in(DIRECTORY)
                .segmentBytes(segment)
                .maxBytes(calm ? 1 << 20 : segment * (3L + random.nextInt(12)))
                .keepFreeBytes(0)
                .sync(policies[random.nextInt(policies.length)])
                .spillAfter(random.nextInt(4) == 0 ? Duration.ZERO : Duration.ofSeconds(1))
                .replaySpread(random.nextBoolean() ? Duration.ZERO : Duration.ofSeconds(5));
        this.life = start();
    }

    private LaneLife start() {
        return new LaneLife(settings, window, laneBytes, files, clock, random, receiver, safe);
    }

    void step() {
        int choice = random.nextInt(132);
        if (choice < 25) {
            offer();
        } else if (choice < 43) {
            life.send(1 + random.nextInt(4));
        } else if (choice < 53) {
            life.receive(1 + random.nextInt(4), !calm && random.nextInt(8) == 0, random.nextInt(12) == 0);
        } else if (choice < 62) {
            ack();
        } else if (choice < 66) {
            life.disconnect();
        } else if (choice < 71) {
            life.connect();
        } else if (choice < 72) {
            life.conflict();
        } else if (choice < 81) {
            clock.advance(PAUSES[random.nextInt(PAUSES.length)]);
            life.lane.check();
        } else if (choice < 97) {
            life.turn();
        } else if (choice < 115) {
            life.disk(1 + random.nextInt(3));
        } else if (choice < 119) {
            disturbDisk();
        } else if (choice < 122) {
            life.whenSafe();
        } else if (choice < 124) {
            life.window(1 + random.nextInt(window));
        } else if (choice < 126 && !calm) {
            dropSome();
        } else if (choice < 127) {
            kill();
        } else if (choice < 128) {
            close();
        } else if (choice < 130) {
            life.move();
        } else {
            life.settle();
        }
        check();
    }

    private void offer() {
        for (int left = 1 + random.nextInt(3); left > 0; left--) {
            int number = ++numbers;
            offered.add(number);
            if (!life.offer(number, 8 + random.nextInt(120), random.nextInt(5) == 0)) {
                refused.add(number);
            }
        }
    }

    private void ack() {
        List<Name> runs = new ArrayList<>(receiver.runs());
        if (runs.isEmpty()) {
            return;
        }
        Name run = runs.get(random.nextInt(runs.size()));
        life.ack(random.nextInt(3) == 0 ? receiver.anyMark(run, random) : receiver.watermark(run));
        if (random.nextInt(10) == 0) {
            life.ackBeyond();
        }
    }

    private void disturbDisk() {
        if (!failing.isEmpty() || random.nextInt(3) == 0) {
            heal();
            return;
        }
        FaultyFiles.Op[] all = {
            FaultyFiles.Op.WRITE,
            FaultyFiles.Op.FORCE,
            FaultyFiles.Op.CREATE,
            FaultyFiles.Op.OPEN_WRITE,
            FaultyFiles.Op.REPLACE,
            FaultyFiles.Op.FORCE_DIRECTORY,
            FaultyFiles.Op.DELETE,
            FaultyFiles.Op.OPEN_READ,
            FaultyFiles.Op.READ,
            FaultyFiles.Op.TRUNCATE
        };
        Set<FaultyFiles.Op> some = EnumSet.noneOf(FaultyFiles.Op.class);
        for (FaultyFiles.Op op : all) {
            // Without forces of its own the spool counts on those that the system makes: one that fails costs batches.
            boolean costly = isReading(op)
                    || (op == FaultyFiles.Op.FORCE && settings.sync().isNever());
            if (random.nextInt(3) == 0 && !(costly && calm)) {
                some.add(op);
            }
        }
        failing = some;
        life.diskWasBad = true;
        int often = 1 + random.nextInt(3);
        files.tornBytes(random.nextInt(200));
        files.failWhen(call -> failing.contains(call.op())
                && random.nextInt(often) == 0
                && (life.hasOpened || !isReading(call.op()))); // what cannot be read at the start is left for the next
    }

    private static boolean isReading(FaultyFiles.Op op) {
        return op == FaultyFiles.Op.OPEN_READ || op == FaultyFiles.Op.READ;
    }

    private void heal() {
        failing = EnumSet.noneOf(FaultyFiles.Op.class);
        files.failWhen(call -> false);
    }

    private void dropSome() {
        if (random.nextBoolean()) {
            life.lane.dropOldest(1 + random.nextInt(laneBytes));
        } else {
            life.dropNext();
        }
    }

    /** The process ends as it stands, and perhaps the machine with it. */
    private void kill() {
        FaultyFiles.Survival[] all = FaultyFiles.Survival.values();
        FaultyFiles.Survival survival = all[random.nextInt(all.length)];
        life.turn(); // what the disk has done is to be counted, or nobody could say where it went
        mayBeLost.addAll(life.unsafe(safe));
        heldAtKills += life.lane.account().held(); // some of it was on disk once, and evicted
        long spooled = life.lane.account().spooled();
        boolean certain =
                survival == FaultyFiles.Survival.ALL || !settings.sync().isNever();
        spooledBefore = Math.max(spooledBefore, spooled);
        next(files.restarted(survival, random));
        if (calm && certain) {
            life.settle();
            assertThat(life.lane.account().recovered())
                    .as("records that were spooled before the end by %s", survival)
                    .isGreaterThanOrEqualTo(spooled);
        }
    }

    /** The process ends in order, with as much time as it takes or with none. */
    private void close() {
        boolean timely = random.nextBoolean();
        if (timely) {
            heal();
            clock.advance(Duration.ofSeconds(62));
            life.settle();
            life.lane.spillAll();
            life.settle();
        }
        long before = life.dropped("closed");
        life.lane.close();
        if (timely && calm && !life.diskWasBad) {
            assertThat(life.dropped("closed"))
                    .as("dropped at a close with time enough")
                    .isEqualTo(before);
        }
        mayBeLost.addAll(life.unsafe(safe));
        check();
        life.close();
        spooledBefore = Math.max(spooledBefore, life.lane.account().spooled());
        assertThat(files.locks()).as("locks after the close").isZero();
        assertThat(files.openFiles()).as("open files after the close").isZero();
        next(files.restarted(FaultyFiles.Survival.ALL, random));
    }

    private void next(FaultyFiles left) {
        droppedBefore += life.droppedTotal();
        receiver.cut();
        heal();
        files = left;
        life = start();
    }

    private void check() {
        life.check();
        if (life.hasOpened) { // what was evicted in the last moments, nobody was told of
            heldAtKills +=
                    calm ? 0 : Math.max(0, spooledBefore - life.lane.account().recovered());
            spooledBefore = 0;
        }
    }

    /** With a good disk and a destination that takes everything nothing is left at last. */
    void finish() {
        heal();
        life.settle();
        clock.advance(Duration.ofSeconds(62));
        life.settle();
        life.window(window);
        life.connect();
        int idle = 0; // gaps are sent as well, though no account shows them
        for (int round = 0; round < 3_000 && idle < 10; round++) {
            idle = life.isEmpty() && life.unsent() == 0 ? idle + 1 : 0;
            life.settle();
            life.send(100);
            life.receive(100, false, false);
            receiver.runs().forEach(run -> life.ack(receiver.watermark(run)));
            check();
            clock.advance(Duration.ofMillis(200));
        }
        life.settle();
        clock.advance(Duration.ofSeconds(31));
        life.settle();
        clock.advance(Duration.ofSeconds(31));
        life.settle();
        check();
        assertThat(life.lane.account().held())
                .as("records in memory at the end")
                .isZero();
        assertThat(life.lane.account().spooled())
                .as("records on disk at the end")
                .isZero();
        if (!settings.spillAfter().isZero()
                && !life.diskWasBad) { // or else what could not be deleted goes at the close
            assertThat(segments()).as("segments at the end").isEmpty();
        }
        compare();
        life.closeAll();
        assertThat(segments()).as("segments after the end").isEmpty();
    }

    private List<Path> segments() {
        return files.files(".seg").stream()
                .filter(file -> !file.toString().contains("quarantine"))
                .toList();
    }

    private void compare() {
        Set<Integer> missing = new HashSet<>(offered);
        missing.removeAll(receiver.taken());
        missing.removeAll(refused);
        missing.removeAll(mayBeLost);
        if (calm) {
            assertThat(missing).as("batches that are nowhere").isEmpty();
        }
        long records = missing.stream().mapToLong(LaneLife::records).sum();
        assertThat(records)
                .as("records of %s, which were not delivered", missing)
                .isLessThanOrEqualTo(droppedBefore + life.droppedTotal() + heldAtKills);
    }

    @Override
    public String toString() {
        return settings + " window " + window + " lane " + laneBytes + (calm ? " calm" : "") + " numbers "
                + offered.stream().sorted().map(String::valueOf).collect(Collectors.joining(","));
    }

    static int numberOf(ClosedBatch batch) {
        return batch.body().getInt(batch.body().position());
    }
}
