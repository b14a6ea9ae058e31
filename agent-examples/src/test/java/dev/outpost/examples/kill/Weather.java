package dev.outpost.examples.kill;

import dev.outpost.examples.kill.KillCenter.Mood;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Opens and closes control centers on one port, on a thread of its own: up for a while, down for a while, or flapping. */
final class Weather implements AutoCloseable {

    private final int port;
    private final Ledger ledger;
    private final Random random;
    private final Thread thread;
    private volatile boolean ended;
    private volatile Throwable failure;

    Weather(int port, Ledger ledger, long seed) {
        this.port = port;
        this.ledger = ledger;
        this.random = new Random(seed);
        this.thread = new Thread(this::change, "weather");
        thread.start();
    }

    private void change() {
        try {
            while (!ended) {
                switch (random.nextInt(4)) {
                    case 0 -> stay(100 + random.nextInt(1_500));
                    case 1 -> flap(3 + random.nextInt(4));
                    default -> up(300 + random.nextInt(2_500));
                }
            }
        } catch (IOException | RuntimeException | Error e) { // told when it ends
            failure = e;
        }
    }

    private void flap(int times) throws IOException {
        for (int i = 0; i < times && !ended; i++) {
            up(20 + random.nextInt(250));
            stay(20 + random.nextInt(200));
        }
    }

    private void up(int millis) throws IOException {
        KillCenter center = KillCenter.open(port, ledger, Mood.FICKLE, random.nextLong());
        try {
            stay(millis);
        } finally {
            center.close();
        }
    }

    private void stay(int millis) {
        Await.upTo(millis, TimeUnit.MILLISECONDS, () -> ended);
    }

    /** Throws what has kept it from opening a control center. */
    void check() {
        Throwable present = failure;
        if (present != null) {
            throw new AssertionError("the control center could not be opened", present);
        }
    }

    /** The control center is down afterwards. */
    @Override
    public void close() {
        ended = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
