package dev.outpost.agent.internal.spool;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A spool in a JVM of its own, which does as it is told line by line. */
final class SpoolProcess implements AutoCloseable {

    private final Process process;
    private final PrintWriter input;
    private final BufferedReader output;

    /** Starts it; it has opened the spool when this returns. */
    SpoolProcess(Path directory) throws IOException {
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SpoolProcess.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        input = new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8);
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        if (!"open".equals(output.readLine())) {
            throw new IOException("the process did not open the spool");
        }
    }

    /** Says something, and gives the answer. */
    String ask(String line) throws IOException {
        input.println(line);
        String answer = output.readLine();
        if (answer == null) {
            throw new IOException("the process has ended");
        }
        return answer;
    }

    /** Says something without waiting for the answer. */
    void tell(String line) {
        input.println(line);
    }

    String answer() throws IOException {
        return output.readLine();
    }

    /** As {@code kill -9}. */
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() {
        kill();
    }

    /** The process itself. */
    public static void main(String[] arguments) throws IOException {
        Spooled spooled = new Spooled(new DiskFiles(), Path.of(arguments[0]), Spooled.LIMITS);
        SpoolRun run = spooled.store.startRun(Spooled.LOGS);
        System.out.println("open");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(answer(line, spooled, run));
        }
    }

    private static String answer(String line, Spooled spooled, SpoolRun run) throws IOException {
        switch (line) {
            case "which" -> {
                return run.streamId() + " " + run.epoch() + " "
                        + run.slot().directory().getFileName();
            }
            case "adopt" -> {
                List<String> adopted = new ArrayList<>();
                for (SpoolRun found : spooled.store.adoptOrphans()) {
                    List<Long> read = Spooled.sequences(found, spooled.readAll(found));
                    adopted.add(found.streamId() + " " + found.epoch() + " " + read);
                }
                return adopted.toString();
            }
            case "write for ever" -> {
                for (long sequence = 1; ; sequence++) {
                    spooled.append(run, sequence, sequence, (int) (sequence % 500));
                    if (sequence % 10 == 0) {
                        spooled.store.sync();
                        System.out.println(spooled.synced.get(run));
                    }
                    if (sequence % 35 == 0) {
                        spooled.store.ack(run, sequence - 30);
                        spooled.store.saveAcks();
                    }
                }
            }
            default -> {
                spooled.append(run, 1, Long.parseLong(line), 100);
                spooled.store.sync();
                return String.valueOf(spooled.synced.get(run));
            }
        }
    }
}
