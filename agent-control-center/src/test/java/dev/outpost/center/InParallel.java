package dev.outpost.center;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Runs what mostly waits side by side. */
final class InParallel {

    private static final long PATIENCE_SECONDS = 55;

    private InParallel() {}

    /** One of several trials. */
    interface Trial {
        void run(int index) throws Exception;
    }

    /** Runs trials 0 to {@code count - 1}; fails as the first that fails. */
    static void run(int count, Trial trial) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            List<Future<?>> trials = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int index = i;
                trials.add(threads.submit(() -> {
                    trial.run(index);
                    return null;
                }));
            }
            for (Future<?> each : trials) {
                each.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
        } finally {
            threads.shutdownNow();
            threads.awaitTermination(5, TimeUnit.SECONDS);
        }
    }
}
