package dev.outpost.agent.spool;

import dev.outpost.agent.internal.spool.SpoolInspector;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks into a spool directory, from the command line. It takes no lock and writes nothing, so that it may be used beside a
 * running agent; it needs no library but this one.
 *
 * <pre>
 *   java -cp agent-core.jar dev.outpost.agent.spool.SpoolTool list   DIR
 *   java -cp agent-core.jar dev.outpost.agent.spool.SpoolTool verify DIR
 *   java -cp agent-core.jar dev.outpost.agent.spool.SpoolTool dump   DIR [--chain NAME] [--epoch NUMBER]
 * </pre>
 *
 * <p>{@code list} tells slots, runs and figures; {@code verify} checks every checksum; {@code dump} gives every record as a
 * line of JSON. What is wrong goes to the standard error. The exit code is 0 when all is right, 1 when something is damaged,
 * 2 when it was called wrongly or something could not be read.
 */
public final class SpoolTool {

    private static final int UNREADABLE = 2;

    private static final String USAGE = """
            usage: SpoolTool list   DIR
                   SpoolTool verify DIR
                   SpoolTool dump   DIR [--chain NAME] [--epoch NUMBER]""";

    private SpoolTool() {}

    /** Runs it and ends the process with its exit code. */
    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        int code = run(Arrays.asList(arguments), out, System.err);
        out.flush();
        System.exit(code);
    }

    /** Runs it; the exit code. */
    static int run(List<String> arguments, PrintStream out, PrintStream err) {
        Map<String, String> options = new HashMap<>();
        if (arguments.size() < 2 || !readOptions(arguments, options)) {
            err.println(USAGE);
            return UNREADABLE;
        }
        try {
            SpoolInspector inspector = new SpoolInspector(Path.of(arguments.get(1)), out::println, err::println);
            SpoolInspector.Outcome outcome = switch (arguments.get(0)) {
                case "list" -> inspector.list();
                case "verify" -> inspector.verify();
                default -> dump(inspector, options, out);
            };
            return switch (outcome) {
                case CLEAN -> 0;
                case DAMAGED -> 1;
                case UNREADABLE -> UNREADABLE;
            };
        } catch (IOException | InvalidPathException e) {
            err.println(arguments.get(1) + ": cannot be read: " + e);
            return UNREADABLE;
        }
    }

    private static boolean readOptions(List<String> arguments, Map<String, String> options) {
        Set<String> allowed = switch (arguments.get(0)) {
            case "list", "verify" -> Set.of();
            case "dump" -> Set.of("--chain", "--epoch");
            default -> Set.of("");
        };
        for (int i = 2; i < arguments.size(); i += 2) {
            if (!allowed.contains(arguments.get(i)) || i + 1 == arguments.size()) {
                return false;
            }
            options.put(arguments.get(i), arguments.get(i + 1));
        }
        String epoch = options.getOrDefault("--epoch", "1");
        return !allowed.contains("") && epoch.matches("\\d{1,18}");
    }

    private static SpoolInspector.Outcome dump(SpoolInspector inspector, Map<String, String> options, PrintStream out)
            throws IOException {
        String chain = options.get("--chain");
        String epoch = options.get("--epoch");
        return inspector.dump(
                name -> chain == null || chain.equals(name),
                number -> epoch == null || Long.parseLong(epoch) == number,
                () -> !out.checkError());
    }
}
