package dev.outpost.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The main job, as one process and as two of which one is killed. */
@Timeout(120)
class DemoRunTest {

    @TempDir
    private Path directory;

    @Test
    void demo_inOneProcess_survivesTheOutageAndAccountsForAll() throws Exception {
        Path json = directory.resolve("figures.json");
        try (DemoProcess demo = new DemoProcess("--seconds", "10", "--json", json.toString())) {
            demo.awaitLine("-> ONLINE");
            demo.awaitLine("-> OFFLINE");
            demo.awaitLine("-> ONLINE");
            int exit = demo.awaitExit();
            assertThat(exit).as(demo.said()).isZero();
            assertThat(demo.said()).contains("all accounted for");
        }
        assertThat(Files.readString(json))
                .contains("\"tasksRunTwice\" : 0", "\"reconnects\" : 1", "\"failures\" : [ ]")
                .contains("\"SUCCEEDED\"");
    }

    @Test
    void demo_inTwoProcesses_controlCenterKilled_nothingIsMissing() throws Exception {
        String port = Integer.toString(freePort());
        String keys = directory.resolve("keys").toString();
        try (DemoProcess first = new DemoProcess("--center", port, "--keys", keys, "--forever")) {
            first.awaitLine("listens on");
            try (DemoProcess agent =
                    new DemoProcess("--agent", "localhost:" + port, "--keys", keys, "--seconds", "12")) {
                agent.awaitLine("-> ONLINE");
                agent.awaitLine("cron: housekeeping SUCCEEDED");
                first.kill();
                agent.awaitLine("-> OFFLINE");
                try (DemoProcess second = new DemoProcess("--center", port, "--keys", keys, "--forever")) {
                    second.awaitLine("listens on");
                    agent.awaitLine("-> ONLINE");
                    assertThat(agent.awaitExit()).as(agent.said()).isZero();
                    assertThat(agent.said()).contains("all accounted for");
                }
            }
        }
    }

    @Test
    void demo_inTwoProcesses_agentKilledDuringAnOutage_keepsItsRecords() throws Exception {
        String port = Integer.toString(freePort());
        String keys = directory.resolve("keys").toString();
        String spool = directory.resolve("spool").toString();
        Path json = directory.resolve("figures.json");
        try (DemoProcess center = new DemoProcess("--center", port, "--keys", keys, "--forever")) {
            center.awaitLine("listens on");
            try (DemoProcess agent =
                    new DemoProcess("--agent", "localhost:" + port, "--keys", keys, "--spool", spool, "--forever")) {
                agent.awaitLine("-> ONLINE");
                center.kill();
                agent.awaitLine("-> OFFLINE");
                agent.awaitMatch(".*logs .* spooled [1-9].*");
                agent.kill();
            }
        }
        try (DemoProcess center = new DemoProcess("--center", port, "--keys", keys, "--forever");
                DemoProcess agent = new DemoProcess(
                        "--agent",
                        "localhost:" + port,
                        "--keys",
                        keys,
                        "--spool",
                        spool,
                        "--seconds",
                        "4",
                        "--json",
                        json.toString())) {
            center.awaitLine("listens on");
            assertThat(agent.awaitExit()).as(agent.said()).isZero();
            assertThat(agent.said()).contains("all accounted for");
        }
        assertThat(Files.readString(json))
                .as("records found in the spool, none left there")
                .containsPattern("\"recovered\" : [1-9]")
                .doesNotContainPattern("\"spooled\" : [1-9]");
    }

    @Test
    void demo_unknownOption_saysHowToUseIt() throws Exception {
        try (DemoProcess demo = new DemoProcess("--frobnicate")) {
            assertThat(demo.awaitExit()).isEqualTo(2);
            assertThat(demo.said()).contains("unknown option --frobnicate", "--follow FILE");
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
