package dev.outpost.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.stream.Stream;

/** What the figures depend on besides the code. */
final class Machine {

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    private Machine() {}

    static String describe() {
        Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        return now + "\n" + cpu() + ", "
                + Runtime.getRuntime().availableProcessors() + " processors, load average "
                + Report.number(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()) + "\n"
                + System.getProperty("os.name") + " " + System.getProperty("os.version") + "\n"
                + System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version") + ", "
                + ChildJvm.HEAP;
    }

    private static String cpu() {
        try (Stream<String> lines = Files.lines(CPU_INFO)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 2))
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch"); // not a Linux
        }
    }
}
