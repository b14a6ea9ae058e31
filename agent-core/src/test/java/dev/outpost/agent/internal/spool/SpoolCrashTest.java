package dev.outpost.agent.internal.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The machine stops between any two operations on files, and in the middle of any write. */
class SpoolCrashTest {

    /** So small that the script makes it evict. */
    private static final SpoolLimits LIMITS = new SpoolLimits(8 * 2048, 0, 2048);

    private final SplittableRandom random = new SplittableRandom(20_261_122);

    private static void script(SpoolSimulation spool) throws IOException {
        spool.open();
        SpoolRun tasks = spool.startRun(Spooled.TASKS);
        SpoolRun logs = spool.startRun(Spooled.LOGS);
        spool.append(logs, 12);
        spool.append(tasks, 3);
        spool.sync();
        spool.readSome(logs, new SplittableRandom(1));
        spool.ack(logs, 7);
        spool.saveAcks();
        spool.append(logs, 10);
        spool.reject(logs, 9);
        spool.ack(logs, 14);
        spool.saveAcks();
        spool.append(logs, 30); // evicts
        spool.sync();
        spool.append(tasks, 2);
        spool.rest(tasks);
        spool.ack(tasks, 5);
        spool.rest(tasks);
        spool.saveAcks();
        spool.end(tasks);
        spool.append(logs, 2);
        spool.close();
        spool.open();
        spool.append(spool.startRun(Spooled.METRICS), 4);
        spool.ack(logs, 20);
        spool.sync();
        spool.close();
    }

    @ParameterizedTest
    @EnumSource
    void open_afterACrashAtAnyOperation_findsAllThatIsCertain(FaultyFiles.Survival survival) throws IOException {
        SpoolSimulation whole = new SpoolSimulation(LIMITS);
        script(whole);
        int operations = whole.files.callCount();
        assertThat(operations).isGreaterThan(200);

        for (int crashAt = 0; crashAt < operations; crashAt++) {
            SpoolSimulation spool = new SpoolSimulation(LIMITS);
            int at = crashAt;
            spool.files.crashWhen(call -> call.index() == at);
            spool.files.tornBytes(random.nextInt(700));
            try {
                script(spool);
            } catch (FaultyFiles.Crash e) {
                // as intended
            }
            recover(spool, survival, at);
        }
    }

    @ParameterizedTest
    @EnumSource
    void open_afterACrashAtAnyOperationOfARecovery_findsAllThatIsCertain(FaultyFiles.Survival survival)
            throws IOException {
        for (int crashAt = 0; crashAt < 150; crashAt++) {
            SpoolSimulation spool = new SpoolSimulation(LIMITS);
            spool.files.crashWhen(call -> call.index() == 300);
            try {
                script(spool);
            } catch (FaultyFiles.Crash e) {
                // as intended
            }
            spool.crash(survival, random);
            int at = crashAt;
            spool.files.crashWhen(call -> call.index() == at);
            try {
                spool.open();
            } catch (FaultyFiles.Crash e) {
                // as intended
            }
            recover(spool, survival, at);
        }
    }

    private void recover(SpoolSimulation spool, FaultyFiles.Survival survival, int at) {
        try {
            spool.crash(survival, random);
            spool.recover(survival);
            spool.check();
            spool.close();
            spool.open();
            spool.close();
            assertThat(spool.files.openFiles()).isZero();
            assertThat(spool.files.locks()).isZero();
        } catch (IOException | RuntimeException | AssertionError e) {
            throw new AssertionError("after a crash at operation " + at + ": " + e, e);
        }
    }
}
