package dev.outpost.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A child JVM with this one's class path.
 *
 * <p>It ends when it is closed, and also when this JVM is killed: its standard input ends then, and that is what it waits
 * for; see {@link Parent}.
 */
final class ChildJvm implements AutoCloseable {

    /** The same for all sides of all comparisons. */
    static final String HEAP = "-Xmx1g";

    private static final String ENDED = "(ended)";

    private final String name;
    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private ChildJvm(String name, Process process) {
        this.name = name;
        this.process = process;
    }

    static ChildJvm start(Class<?> main, Object... arguments) throws IOException {
        return start(List.of(HEAP), main, arguments);
    }

    /** With other options for the JVM; of an option that comes twice, like the class path, the last counts. */
    static ChildJvm start(List<String> options, Class<?> main, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path")));
        command.addAll(options);
        command.add(main.getName());
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        ChildJvm child = new ChildJvm(main.getSimpleName(), process);
        Thread reader = new Thread(child::read, "reads " + child.name);
        reader.setDaemon(true);
        reader.start();
        return child;
    }

    private void read() {
        try (BufferedReader output = process.inputReader()) {
            output.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            lines.add("(unreadable: " + e.getMessage() + ")");
        }
        lines.add(ENDED);
    }

    /**
     * Waits until the child tells a word, and passes over what it tells before.
     *
     * @return what it tells with it
     * @throws IOException if the child ends first, or tells it not in time
     */
    String await(String word, Duration patience) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        String line;
        do {
            line = lines.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (line == null || line.equals(ENDED)) {
                throw new IOException(name + " did not tell '" + word + "' "
                        + (line == null ? "within " + patience : "before it ended"));
            }
        } while (!line.startsWith(word + " "));
        return line.substring(word.length() + 1);
    }

    /** Lets the child end, and waits for what it tells then. */
    String endAndAwait(String word, Duration patience) throws IOException, InterruptedException {
        process.getOutputStream().close();
        return await(word, patience);
    }

    /**
     * Lets the child end, and waits until it has.
     *
     * @throws IOException if it does not in time
     */
    void end(Duration patience) throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (!process.waitFor(patience.toNanos(), TimeUnit.NANOSECONDS)) {
            throw new IOException(name + " did not end within " + patience);
        }
    }

    /** CPU time that the child has used so far. */
    Duration cpu() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Memory of the process that is in use now, by the kernel's count. */
    double residentKilobytes() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElse(0);
        }
    }

    /** Ends it as a power failure would. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
