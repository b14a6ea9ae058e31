package dev.outpost.examples.kill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.outpost.examples.kill.KillCenter.Mood;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Lives of agent processes on one spool, one control center's memory, and what is to be said of them in the end. */
final class Story implements AutoCloseable {

    private final long seed;
    private final Random random;
    private final Path directory;
    private final int port;
    private final Ledger ledger;
    private final List<LifeFiles> lives = new ArrayList<>();
    private final List<ChildProcess> processes = new ArrayList<>();
    private boolean ended;

    Story() throws IOException {
        seed = Long.getLong("outpost.kill.seed", System.nanoTime());
        random = new Random(seed);
        directory = Files.createTempDirectory("outpost-kill-");
        port = freePort();
        ledger = new Ledger(directory.resolve("ledger"));
        System.out.println("seed " + seed + ", files in " + directory);
    }

    /**
     * Not among the ports that the system gives to outgoing connections: an agent that knocks at such a port for long enough
     * is given it and talks to itself.
     */
    private int freePort() throws IOException {
        while (true) {
            int candidate = 20_000 + new Random().nextInt(10_000);
            try (ServerSocket socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (java.net.BindException e) {
                System.out.println("port " + candidate + " is taken");
            }
        }
    }

    Random random() {
        return random;
    }

    int port() {
        return port;
    }

    Ledger ledger() {
        return ledger;
    }

    Path file(String name) {
        return directory.resolve(name);
    }

    LifeFiles life(int number) {
        return lives.get(number);
    }

    int lifeCount() {
        return lives.size();
    }

    // ---- processes ------------------------------------------------------------------------------------------------

    ChildProcess startAgent(String id) throws IOException {
        return startAgent(id, "publish");
    }

    private ChildProcess startAgent(String id, String what) throws IOException {
        LifeFiles life = new LifeFiles(directory, lives.size());
        lives.add(life);
        ChildProcess process = new ChildProcess(
                KillAgent.class,
                life.output(),
                id,
                Integer.toString(port),
                spool().toString(),
                directory.toString(),
                Integer.toString(life.life()),
                Long.toString(seed),
                what);
        processes.add(process);
        return process;
    }

    ChildProcess startCenter() throws IOException {
        ChildProcess process = new ChildProcess(
                KillCenter.class,
                file("center-" + processes.size() + ".out"),
                Integer.toString(port),
                file("ledger").toString(),
                Long.toString(random.nextLong()));
        processes.add(process);
        return process;
    }

    Weather weather() {
        return new Weather(port, ledger, random.nextLong());
    }

    KillCenter center(Mood mood) throws IOException {
        return KillCenter.open(port, ledger, mood, random.nextLong());
    }

    private Path spool() {
        return file("spool");
    }

    /** Logs records that have arrived so far. */
    long arrived() {
        return ledger.records();
    }

    // ---- the end --------------------------------------------------------------------------------------------------

    /** All agents are gone; one more delivers what they have left, to a control center that takes everything. */
    void end(String id) throws Exception {
        end(id, true);
    }

    /** The same for lives that shared the spool, so that what one left need not be what the next one found. */
    void endAfterSharing(String id) throws Exception {
        end(id, false);
    }

    private void end(String id, boolean inTurn) throws Exception {
        int exit;
        KillCenter center = center(Mood.CALM);
        try {
            exit = startAgent(id, "drain").awaitExit();
        } finally {
            center.close();
        }
        LifeFiles last = lives.get(lives.size() - 1);
        Verdict verdict = new Verdict(ledger);
        for (LifeFiles life : lives) {
            verdict.checkLife(life);
        }
        for (int i = 1; inTurn && i < lives.size(); i++) {
            verdict.checkInheritance(lives.get(i - 1), lives.get(i));
        }
        verdict.checkEmpty(spool());
        System.out.println(lives.size() + " lives: " + verdict.summary());
        assertThat(verdict.faults())
                .as(
                        "seed %d; the spool and all notes are in %s; exit %d of the last life, which said:%n%s",
                        seed, directory, exit, Files.readString(last.output()))
                .isEmpty();
        assertThat(exit)
                .as("seed %d: %s", seed, Files.readString(last.output()))
                .isZero();
        ended = true;
    }

    /** Kills what is left. The files stay when the story did not come to its end. */
    @Override
    public void close() throws IOException {
        processes.forEach(ChildProcess::close);
        ledger.close();
        if (ended) {
            try (Stream<Path> all = Files.walk(directory)) {
                all.sorted(Comparator.reverseOrder())
                        .forEach(path -> path.toFile().delete());
            }
        } else {
            System.out.println("failed with seed " + seed + "; the files are in " + directory);
        }
    }
}
