package dev.outpost.agent.internal.spool;

import static dev.outpost.agent.internal.spool.Spooled.LIMITS;
import static dev.outpost.agent.internal.spool.Spooled.LOGS;
import static dev.outpost.agent.internal.spool.Spooled.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.Closeable;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The spool on the real file system. */
class DiskFilesTest {

    @TempDir
    private Path temporary;

    private final DiskFiles files = new DiskFiles();

    @AfterEach
    void clearInterrupt() {
        Thread.interrupted();
    }

    private Spooled open(Path directory) throws IOException {
        return new Spooled(files, directory, LIMITS);
    }

    @Test
    void open_inADirectoryThatIsNotThere_makesItForItsOwnerOnly() throws IOException {
        assumeThat(temporary.getFileSystem().supportedFileAttributeViews()).contains("posix");
        Path spool = temporary.resolve("a/b/spool");
        Spooled spooled = open(spool);
        SpoolRun run = spooled.store.startRun(LOGS);
        spooled.append(run, 1, 30, 300);
        spooled.store.reject(run, Spooled.batch(run, 3, 300), "rejected");
        spooled.store.saveAcks();

        try (Stream<Path> all = Files.walk(temporary.resolve("a"))) {
            assertThat(all)
                    .allSatisfy(path -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                            .as(path.toString())
                            .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------"));
        }
        assertThat(spool.resolve("slot-0/quarantine")).isNotEmptyDirectory();
        spooled.store.close();
    }

    @Test
    void open_afterClose_readsWhatWasWritten() throws IOException {
        Spooled before = open(temporary);
        before.append(before.store.startRun(LOGS), 1, 60, 300);
        before.store.close();

        Spooled after = open(temporary);
        assertThat(Spooled.sequences(after.onlyRun(), after.readAll(after.onlyRun())))
                .isEqualTo(range(1, 60));
        after.store.close();
        assertThat(descriptorsBelow(temporary)).isEmpty();
    }

    /** Linux only; elsewhere nothing is found. */
    private static List<Path> descriptorsBelow(Path directory) throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return List.of();
        }
        try (Stream<Path> all = Files.list(descriptors)) {
            return all.flatMap(link -> {
                        try {
                            return Stream.of(Files.readSymbolicLink(link));
                        } catch (IOException e) {
                            return Stream.of(); // closed just now
                        }
                    })
                    .filter(path -> path.startsWith(directory))
                    .toList();
        }
    }

    @Test
    void open_whereThereIsAFile_fails() throws IOException {
        Path file = Files.writeString(temporary.resolve("file"), "x");
        assertThatThrownBy(() -> open(file)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> open(file.resolve("below"))).isInstanceOf(IOException.class);
        assertThat(file).hasContent("x");
    }

    @Test
    void open_whereNothingMayBeWritten_fails() throws IOException {
        Path closed = Files.createDirectory(temporary.resolve("closed"));
        Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-x------"));
        assumeThat(Files.isWritable(closed)).as("root may write everywhere").isFalse();

        assertThatThrownBy(() -> open(closed)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> open(closed.resolve("spool"))).isInstanceOf(IOException.class);
        assertThat(descriptorsBelow(closed)).isEmpty();
    }

    @Test
    void open_twiceInOneProcess_givesTwoSlots() throws IOException {
        Spooled first = open(temporary);
        Spooled second = open(temporary.resolve("../" + temporary.getFileName()));
        assertThat(first.store.startRun(LOGS).slot().directory().getFileName()).hasToString("slot-0");
        assertThat(second.store.startRun(LOGS).slot().directory().getFileName()).hasToString("slot-1");
        second.store.close();
        first.store.close();
        open(temporary).store.close();
    }

    @Test
    void tryLock_ofAFileThatIsHeld_doesNotEvenOpenIt() throws IOException {
        Path file = temporary.resolve("LOCK");
        Closeable held = files.tryLock(file).orElseThrow();
        assertThat(files.tryLock(file)).isEmpty();
        try (SpoolProcess other = new SpoolProcess(temporary.resolve("spool"))) {
            assertThat(other.ask("which")).endsWith("slot-0");
            Spooled mine = open(temporary.resolve("spool"));
            assertThat(mine.store.startRun(LOGS).slot().directory().getFileName())
                    .hasToString("slot-1");
            mine.store.close();
        }
        held.close();
        Optional<Closeable> again = files.tryLock(file);
        assertThat(again).isPresent();
        again.get().close();
    }

    @Test
    void heldLocks_leaveTheSystemPropertiesAsPropertiesAre() throws IOException {
        Spooled spooled = open(temporary);
        StringWriter out = new StringWriter();
        System.getProperties().list(new java.io.PrintWriter(out));
        assertThat(out.toString()).contains("dev.outpost.spool.lock:");
        spooled.store.close();
        assertThat(System.getProperties().keySet())
                .noneMatch(key -> key.toString().startsWith("dev.outpost.spool.lock:" + temporary));
    }

    @Test
    void processes_ofOneDirectory_haveASlotEachAndAdoptWhatAKilledOneLeaves() throws Exception {
        try (SpoolProcess first = new SpoolProcess(temporary);
                SpoolProcess second = new SpoolProcess(temporary)) {
            String left = first.ask("which");
            assertThat(left).endsWith(" slot-0");
            assertThat(second.ask("which")).endsWith(" slot-1");
            assertThat(first.ask("20")).isEqualTo("20");
            assertThat(second.ask("adopt")).isEqualTo("[]");
            first.kill();

            assertThat(second.ask("adopt")).isEqualTo("[" + left.replace(" slot-0", " ") + range(1, 20) + "]");
            assertThat(second.ask("adopt")).isEqualTo("[]");
        }
    }

    @Test
    void open_afterAProcessWasKilledWhileWriting_findsAllThatWasSynced() throws IOException {
        for (int round = 1; round <= 4; round++) {
            Path directory = temporary.resolve("round-" + round);
            long synced = 0;
            try (SpoolProcess writing = new SpoolProcess(directory)) {
                writing.tell("write for ever");
                for (int i = 0; i < 40 * round; i++) {
                    synced = Long.parseLong(writing.answer());
                }
                writing.kill();
            }
            Spooled after = open(directory);
            SpoolRun run = after.onlyRun();
            List<Long> found = Spooled.sequences(run, after.readAll(run));
            assertThat(found).contains(synced).isEqualTo(range(found.get(0), found.get(found.size() - 1)));
            assertThat(found.get(0)).isLessThanOrEqualTo(synced + 10);
            assertThat(after.lost).isEmpty();
            after.store.close();
        }
    }

    @Test
    void interrupts_atAnyTime_loseNothing() throws IOException {
        Spooled spooled = open(temporary);
        SpoolRun run = spooled.store.startRun(LOGS);
        for (long sequence = 1; sequence <= 60; sequence++) {
            Thread.currentThread().interrupt();
            spooled.append(run, sequence, sequence, 300);
            Thread.currentThread().interrupt();
            spooled.store.sync();
            Thread.currentThread().interrupt();
            assertThat(Spooled.sequences(run, spooled.store.read(run, sequence, sequence, 1)))
                    .containsExactly(sequence);
            Thread.currentThread().interrupt();
            spooled.store.ack(run, sequence / 2);
            Thread.currentThread().interrupt();
            spooled.store.saveAcks();
        }
        Thread.currentThread().interrupt();
        spooled.store.reject(run, Spooled.batch(run, 60, 300), "rejected");
        Thread.currentThread().interrupt();
        spooled.store.close();
        Thread.currentThread().interrupt();
        Spooled after = open(temporary);
        Thread.currentThread().interrupt();

        assertThat(spooled.failures).isEmpty();
        assertThat(after.store.acked(after.onlyRun())).isEqualTo(30);
        assertThat(Spooled.sequences(after.onlyRun(), after.readAll(after.onlyRun())))
                .isEqualTo(range(31, 59));
        after.store.close();
    }

    @Test
    void interrupts_duringAnOperation_loseNothing() throws Exception {
        Spooled spooled = open(temporary);
        SpoolRun run = spooled.store.startRun(LOGS);
        FutureTask<Long> writing = new FutureTask<>(() -> {
            while (spooled.synced.getOrDefault(run, 0L) < 150) {
                long next = spooled.synced.getOrDefault(run, 0L) + 1;
                spooled.nextAttempt();
                spooled.append(run, next, Math.min(150, next + 9), 300);
                spooled.store.sync();
            }
            return spooled.synced.get(run);
        });
        Thread writer = new Thread(writing);
        writer.start();
        for (int interrupts = 0; interrupts < 5_000 && !writing.isDone(); interrupts++) {
            writer.interrupt();
            Thread.onSpinWait();
        }

        assertThat(writing.get()).isEqualTo(150);
        assertThat(spooled.failures).allMatch(ClosedChannelException.class::isInstance);
        assertThat(Spooled.sequences(run, spooled.readAll(run))).isEqualTo(range(1, 150));
        spooled.store.close();
        assertThat(descriptorsBelow(temporary)).isEmpty();
    }

    @Test
    void list_ofAFile_isEmpty() throws IOException {
        Path file = Files.writeString(temporary.resolve("file"), "x");
        assertThat(files.list(file)).isEmpty();
        assertThat(files.list(temporary.resolve("none"))).isEmpty();
    }

    @Test
    void write_ofSeveralBuffers_putsThemOneBehindTheOther() throws IOException {
        Path file = temporary.resolve("file");
        try (SpoolFiles.OpenFile out = files.create(file)) {
            out.write(new ByteBuffer[] {ByteBuffer.wrap(new byte[] {1, 2}), ByteBuffer.allocate(0)}, 0);
            out.write(new ByteBuffer[] {ByteBuffer.wrap(new byte[] {3}), ByteBuffer.wrap(new byte[] {4, 5})}, 2);
            out.truncate(4);
            ByteBuffer in = ByteBuffer.allocate(10);
            assertThat(out.read(in, 1)).isEqualTo(3);
            assertThat(in.flip()).isEqualTo(ByteBuffer.wrap(new byte[] {2, 3, 4}));
            assertThat(out.read(in.clear(), 4)).isEqualTo(-1);
        }
        assertThatThrownBy(() -> files.create(file)).isInstanceOf(IOException.class);
    }
}
