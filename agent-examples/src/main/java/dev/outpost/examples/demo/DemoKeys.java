package dev.outpost.examples.demo;

import dev.outpost.agent.testkit.ThrowawayPki;
import dev.outpost.agent.transport.Tls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The certificates of both halves, in one directory.
 *
 * @param center the control center's
 * @param agent the agent's
 */
record DemoKeys(Tls center, Tls agent) {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Makes them, or takes those that were made before. */
    static DemoKeys makeIn(Path directory) throws IOException, InterruptedException {
        Files.createDirectories(directory);
        if (!Files.exists(directory.resolve("ready"))) {
            ThrowawayPki pki = ThrowawayPki.in(directory);
            pki.issue("center", "dns:localhost,ip:127.0.0.1");
            pki.issue(DemoAgent.ID, "dns:" + DemoAgent.ID);
            Files.createFile(directory.resolve("ready"));
        }
        return in(directory);
    }

    /** Waits until the other process has made them. */
    static DemoKeys waitFor(Path directory) throws IOException, InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!Files.exists(directory.resolve("ready"))) {
            if (System.nanoTime() - end > 0) {
                throw new IOException("no keys in " + directory + "; start the other half with --center PORT first");
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
        return in(directory);
    }

    private static DemoKeys in(Path directory) {
        Path trust = directory.resolve("authority.pem");
        return new DemoKeys(
                Tls.mutual(trust, directory.resolve("center.pem"), directory.resolve("center.key")),
                Tls.mutual(trust, directory.resolve(DemoAgent.ID + ".pem"), directory.resolve(DemoAgent.ID + ".key")));
    }
}
