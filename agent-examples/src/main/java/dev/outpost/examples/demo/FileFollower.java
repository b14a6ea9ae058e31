package dev.outpost.examples.demo;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.log.LogRecord;
import dev.outpost.agent.log.Logs;
import dev.outpost.agent.log.Severity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Publishes every line that is appended to some files, on a thread of its own. */
final class FileFollower implements AutoCloseable {

    private static final long LOOK_AGAIN_MILLIS = 100;

    private final List<FollowedFile> files = new ArrayList<>();
    private final Logs logs;
    private final DemoEvents events;
    private final AtomicLong lines = new AtomicLong();
    private final Thread thread = new Thread(this::run, "demo-follower");
    private volatile boolean closing;

    FileFollower(Path ownLog, List<Path> others, Logs logs, DemoEvents events) throws IOException {
        this.logs = logs;
        this.events = events;
        files.add(new FollowedFile(ownLog, true));
        for (Path other : others) {
            files.add(new FollowedFile(other, false));
        }
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Lines read so far. */
    long lines() {
        return lines.get();
    }

    private void run() {
        boolean last;
        do {
            last = closing;
            files.forEach(this::pollOnce);
            pause();
        } while (!last);
    }

    private void pollOnce(FollowedFile file) {
        Attributes source = Attributes.of(
                "log.file.path",
                file.file().toString(),
                "log.file.name",
                String.valueOf(file.file().getFileName()));
        try {
            int read = file.poll(line -> logs.publish(LogRecord.of(severityOf(line), line, source)));
            lines.addAndGet(read);
        } catch (IOException e) {
            events.add("agent", "cannot read " + file.file() + ": " + e.getMessage());
        }
    }

    private void pause() {
        if (!closing) {
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
            } catch (InterruptedException e) {
                closing = true; // somebody wants the program to end
            }
        }
    }

    private static Severity severityOf(String line) {
        String text = line.toUpperCase(Locale.ROOT);
        if (text.contains("ERROR")) {
            return Severity.ERROR;
        }
        return text.contains("WARN") ? Severity.WARN : Severity.INFO;
    }

    /** Reads what is there, and ends. */
    @Override
    public void close() {
        closing = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
