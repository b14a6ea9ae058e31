package dev.outpost.agent.internal.spool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.agent.fixture.Cases;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Random lives of a spool, held against a plain model after every step. */
class SpoolModelTest {

    private static final List<SpoolRun.Chain> CHAINS = List.of(Spooled.TASKS, Spooled.METRICS, Spooled.LOGS);

    @Test
    void spool_onAGoodDisk_isAsTheModel() {
        Cases.check(300, random -> live(random, 0));
    }

    @Test
    void spool_onADiskThatFailsNowAndThen_isAsTheModel() {
        Cases.check(300, random -> live(random, random.nextInt(1, 40)));
    }

    @Test
    void spool_onADiskThatRunsFull_isAsTheModel() {
        Cases.check(150, random -> {
            SpoolSimulation spool = new SpoolSimulation(new SpoolLimits(20 * 2048, 0, 2048));
            spool.files.capacity(200_000);
            spool.open();
            spool.startRun(Spooled.LOGS);
            for (int step = 0; step < 40; step++) {
                spool.files.capacity(spool.files.usedBytes() + random.nextInt(-2000, 3000));
                step(spool, random);
                spool.check();
            }
            spool.files.capacity(1 << 20);
            SpoolRun run = spool.startRun(Spooled.LOGS);
            spool.append(run, 5);
            assertThat(spool.written(run)).as("it recovers by itself").isEqualTo(5);
        });
    }

    /** @param faulty of 1000 operations that change something so many fail */
    private static void live(SplittableRandom random, int faulty) throws IOException {
        SpoolLimits limits = new SpoolLimits(random.nextInt(8, 40) * 2048L, 0, 2048);
        SpoolSimulation spool = new SpoolSimulation(limits);
        spool.open();
        spool.startRun(Spooled.LOGS);
        boolean powerLost = false; // it may bring back what was deleted, until room is needed again
        for (int step = 0; step < 60; step++) {
            SplittableRandom faults = random.split();
            spool.files.tornBytes(random.nextInt(1000));
            spool.files.failWhen(call -> faulty > 0 && call.changes() && faults.nextInt(1000) < faulty);
            if (random.nextInt(15) == 0) {
                powerLost |= restart(spool, random) != FaultyFiles.Survival.ALL;
            } else {
                step(spool, random);
            }
            spool.files.failWhen(call -> false);
            spool.check();
            assertThat(spool.files.forcesAfterFailure(".seg")).isZero();
            assertThat(powerLost ? 0 : spool.usedBytes())
                    .isLessThanOrEqualTo(limits.maxBytes() + limits.quarantineBytes());
        }
    }

    private static FaultyFiles.Survival restart(SpoolSimulation spool, SplittableRandom random) throws IOException {
        FaultyFiles.Survival survival = FaultyFiles.Survival.ALL;
        if (random.nextBoolean()) {
            try {
                spool.close();
            } catch (IOException e) {
                // the disk is bad just now
            }
            assertThat(spool.files.openFiles()).isZero();
            assertThat(spool.files.locks()).isZero();
        } else {
            survival = List.of(FaultyFiles.Survival.values()).get(random.nextInt(3));
        }
        spool.crash(survival, random);
        spool.recover(survival);
        return survival;
    }

    private static void step(SpoolSimulation spool, SplittableRandom random) {
        List<SpoolRun> own = spool.ownRuns();
        SpoolRun run = own.get(random.nextInt(own.size()));
        List<SpoolRun> all = spool.runs();
        SpoolRun any = all.get(random.nextInt(all.size()));
        try {
            switch (random.nextInt(12)) {
                case 0 -> spool.startRun(CHAINS.get(random.nextInt(CHAINS.size())));
                case 1, 2, 3, 4 -> spool.append(run, random.nextInt(1, 15));
                case 5 -> spool.sync();
                case 6, 7 -> {
                    long unacked = spool.written(any) - spool.acked(any);
                    spool.ack(any, spool.acked(any) + random.nextLong(Math.max(1, unacked + 1)));
                }
                case 8 -> spool.readSome(any, random);
                case 9 -> spool.rest(run);
                case 10 -> {
                    if (spool.written(any) > spool.acked(any)) {
                        spool.reject(any, spool.acked(any) + 1);
                    }
                }
                default -> {
                    if (random.nextBoolean()) {
                        spool.saveAcks();
                    } else {
                        spool.evictOlderThan(random.nextInt(20, 400));
                    }
                }
            }
        } catch (IOException e) {
            // the disk is bad just now
        }
    }
}
