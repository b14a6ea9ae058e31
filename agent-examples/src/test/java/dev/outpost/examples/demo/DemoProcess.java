package dev.outpost.examples.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The demo in a process of its own, as a person would run it. */
final class DemoProcess implements AutoCloseable {

    private final Process process;
    private final BufferedReader output;
    private final StringBuilder said = new StringBuilder();

    DemoProcess(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                Demo.class.getName()));
        command.addAll(List.of(arguments));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        output = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Reads on until a line contains {@code text}. */
    void awaitLine(String text) throws IOException {
        awaitMatch(".*" + Pattern.quote(text) + ".*");
    }

    /** Reads on until a line matches {@code pattern}. */
    void awaitMatch(String pattern) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            said.append(line).append('\n');
            if (line.matches(pattern)) {
                return;
            }
        }
        throw new AssertionError("it ended without saying '" + pattern + "':\n" + said);
    }

    /** Reads on until it ends, and gives its exit code. */
    int awaitExit() throws IOException, InterruptedException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            said.append(line).append('\n');
        }
        return process.waitFor();
    }

    /** All that was read so far. */
    String said() {
        return said.toString();
    }

    /** As {@code kill -9} does. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            throw new AssertionError("the process cannot be killed");
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
