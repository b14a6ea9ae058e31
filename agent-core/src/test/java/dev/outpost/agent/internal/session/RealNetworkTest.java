package dev.outpost.agent.internal.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the kernel says of interfaces, in a network namespace of a process of its own. Needs Linux, {@code unshare} (util-linux), {@code ip}
 * (iproute2), and root or the right to make user namespaces; skipped without.
 */
@Timeout(120)
class RealNetworkTest {

    private static final List<String> ISOLATED = List.of("unshare", "--map-root-user", "--net");

    @Test
    void addresses_comeAndGo_wakeAnAgentThatWaitsOutItsBackoff() throws Exception {
        String problem = tried("ip", "link", "add", "outpost0", "type", "veth", "peer", "name", "outpost1");
        assumeThat(problem)
                .as("a network namespace with an interface cannot be made here")
                .isEmpty();
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Process process = start(
                java,
                "-Xmx64m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                NetworkProcess.class.getName());
        try {
            assertThat(said(process))
                    .contains("woken by an address that came: true")
                    .contains("woken by an address that went: true");
        } finally {
            process.destroyForcibly();
        }
    }

    /** What is wrong with that command in a network of its own; empty if nothing. */
    private static String tried(String... command) throws Exception {
        try {
            Process process = start(command);
            String said = said(process);
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0 ? "" : "it says: " + said;
        } catch (IOException e) {
            return e.getMessage(); // there is no such program
        }
    }

    private static Process start(String... command) throws IOException {
        List<String> all = new ArrayList<>(ISOLATED);
        all.addAll(List.of(command));
        Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
        process.getOutputStream().close();
        return process;
    }

    private static String said(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
