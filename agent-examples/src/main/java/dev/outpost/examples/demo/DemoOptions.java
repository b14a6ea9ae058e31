package dev.outpost.examples.demo;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command line.
 *
 * @param role which half, or both
 * @param address the control center's host and port, for the agent half
 * @param port the port to listen on, for the center half
 * @param time how long to run, or null for ever
 * @param follow a real file to follow beside the demo's own
 * @param tree the directory whose checksum is a task
 * @param json where the figures go as JSON, or null
 * @param keys where certificates and keys are; null for a temporary directory
 * @param spool where the agent half keeps what is not delivered; null for a temporary directory
 */
record DemoOptions(
        Role role,
        String address,
        int port,
        @Nullable Duration time,
        List<Path> follow,
        Path tree,
        @Nullable Path json,
        @Nullable Path keys,
        @Nullable Path spool) {

    static final String USAGE = """
            usage: demo [--seconds N | --forever] [--follow FILE]... [--tree DIR] [--json FILE]
                   demo --center PORT   [--keys DIR] [--seconds N | --forever]
                   demo --agent ADDRESS [--keys DIR] [--spool DIR] [--seconds N | --forever] [--follow FILE]...
                                    [--json FILE]

              --seconds N     run for N seconds (default 30)
              --forever       run until interrupted
              --follow FILE   follow this file too, line by line, from its present end
              --tree DIR      the directory whose checksum is one of the tasks (default: the JDK's conf directory)
              --json FILE     write the final figures as JSON
              --center PORT   only the control center, on 127.0.0.1:PORT
              --agent ADDRESS only the agent, to the control center at HOST:PORT
              --keys DIR      certificates and keys of the two halves; the center half makes them when there are none
                              (default with two processes: outpost-demo-keys in the temporary directory)
              --spool DIR     where the agent keeps what is not delivered, also over kill -9
                              (default with two processes: outpost-demo-spool in the temporary directory)
            """;

    /** Which half of the demo this process is. */
    enum Role {
        BOTH,
        CENTER,
        AGENT
    }

    /** A command line that cannot be understood. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    static DemoOptions parse(String[] args) throws UsageException {
        Deque<String> rest = new ArrayDeque<>(List.of(args));
        Role role = Role.BOTH;
        String address = "";
        int port = 0;
        Duration time = Duration.ofSeconds(30);
        List<Path> follow = new ArrayList<>();
        Path tree = Path.of(System.getProperty("java.home"), "conf");
        Path json = null;
        Path keys = null;
        Path spool = null;
        while (!rest.isEmpty()) {
            String option = rest.remove();
            switch (option) {
                case "--seconds" -> time = Duration.ofSeconds(number(option, value(option, rest), 1, 1_000_000));
                case "--forever" -> time = null;
                case "--follow" -> follow.add(existing(option, value(option, rest)));
                case "--tree" -> tree = existing(option, value(option, rest));
                case "--json" -> json = Path.of(value(option, rest));
                case "--keys" -> keys = Path.of(value(option, rest));
                case "--spool" -> spool = Path.of(value(option, rest));
                case "--center" -> {
                    role = Role.CENTER;
                    port = number(option, value(option, rest), 0, 65_535);
                }
                case "--agent" -> {
                    role = Role.AGENT;
                    address = value(option, rest);
                }
                default -> throw new UsageException("unknown option " + option);
            }
        }
        if (role != Role.BOTH && keys == null) {
            keys = Path.of(System.getProperty("java.io.tmpdir"), "outpost-demo-keys");
        }
        if (role == Role.AGENT && spool == null) {
            spool = Path.of(System.getProperty("java.io.tmpdir"), "outpost-demo-spool");
        }
        return new DemoOptions(role, address, port, time, follow, tree, json, keys, spool);
    }

    private static String value(String option, Deque<String> rest) throws UsageException {
        if (rest.isEmpty()) {
            throw new UsageException(option + " needs a value");
        }
        return rest.remove();
    }

    private static int number(String option, String text, int least, int most) throws UsageException {
        try {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new UsageException(option + " is '" + text + "'; allowed is " + least + " to " + most);
        }
        throw new UsageException(option + " is " + text + "; allowed is " + least + " to " + most);
    }

    private static Path existing(String option, String text) throws UsageException {
        Path path = Path.of(text);
        if (!Files.isReadable(path)) {
            throw new UsageException(option + " is " + text + "; allowed is what exists and can be read");
        }
        return path;
    }
}
