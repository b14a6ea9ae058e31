package dev.outpost.agent.metric.oshi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.outpost.agent.attribute.Attributes;
import dev.outpost.agent.metric.MetricSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import oshi.SystemInfo;
import oshi.spi.SystemInfoProvider;

/** Whether the figures of the machine that runs the tests are plausible, however OSHI finds them out. */
@ParameterizedClass
@MethodSource("providers")
class MachineSourcesTest {

    private final FakeNanos time = new FakeNanos();
    private final Machine machine;

    MachineSourcesTest(SystemInfoProvider provider) {
        machine = new Machine(() -> provider);
    }

    static Stream<SystemInfoProvider> providers() {
        return Stream.of(new SystemInfo(), new oshi.nativefree.SystemInfo()).filter(SystemInfoProvider::isAvailable);
    }

    @Test
    void cpu_firstCollection_timesAndCountsButNoShares() throws Exception {
        Recording recording = Recording.of(new CpuSource(machine));

        assertThat(recording.value("system.cpu.time", "cpu.mode", "user")).isPositive();
        assertThat(recording.value("system.cpu.time", "cpu.mode", "idle")).isPositive();
        assertThat(recording.value("system.cpu.logical.count")).isPositive();
        assertThat(recording.value("system.cpu.physical.count"))
                .isPositive()
                .isLessThanOrEqualTo(recording.value("system.cpu.logical.count"));
        assertThat(recording.points("system.cpu.utilization")).isEmpty();
        assertThat(recording.points("system.cpu.time"))
                .extracting(Recording.Point::since)
                .allSatisfy(since -> assertThat(since)
                        .isPositive()
                        .isLessThan(TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis())));
    }

    @Test
    void cpu_laterCollection_sharesOfAllCpusAddUpToOne() throws Exception {
        List<Recording.Point> shares = firstShares(null);

        assertThat(shares).hasSize(CpuMode.ALL.size());
        assertThat(shares.stream().mapToDouble(Recording.Point::value).sum()).isEqualTo(1, within(1e-6));
    }

    @Test
    void cpu_laterCollection_sharesOfOneCpuAddUpToOne() throws Exception {
        List<Recording.Point> shares = firstShares(0L);

        assertThat(shares).hasSize(CpuMode.ALL.size());
        assertThat(shares.stream().mapToDouble(Recording.Point::value).sum()).isEqualTo(1, within(1e-6));
    }

    @Test
    void cpu_laterCollection_whatTheHeartbeatWants() throws Exception {
        assertThat(firstShares(null))
                .extracting(point -> point.attributes().get("cpu.mode"))
                .containsOnlyOnce("idle", "iowait");
    }

    @Test
    void memory_always_whatTheKernelSays() throws Exception {
        Path meminfo = Path.of("/proc/meminfo");
        assumeTrue(Files.exists(meminfo));

        Recording recording = Recording.of(new MemorySource(machine));

        double total = kibibytes(meminfo, "MemTotal:") * 1024;
        double available = kibibytes(meminfo, "MemAvailable:") * 1024;
        double used = recording.value("system.memory.usage", "system.memory.state", "used");
        double free = recording.value("system.memory.usage", "system.memory.state", "free");
        assertThat(recording.value("system.memory.limit")).isEqualTo(total);
        assertThat(used + free).isEqualTo(total);
        assertThat(free).isEqualTo(available, within(total / 10)); // other processes come and go
        assertThat(recording.value("system.memory.linux.available")).isEqualTo(free);
        assertThat(recording.value("system.memory.utilization", "system.memory.state", "used"))
                .isEqualTo(used / total, within(1e-9));
        assertThat(recording.points("system.paging.usage")).hasSize(2);
        assertThat(recording.isInRuns()).isTrue();
    }

    @Test
    void network_twoCollections_countersDoNotGoBack() throws Exception {
        MetricSource source = new NetworkSource(machine, time);
        Recording first = Recording.of(source);
        Recording updated = Recording.of(source);
        time.pass(Duration.ofSeconds(30));
        Recording listedAgain = Recording.of(source);

        assertMonotone(first, updated, "system.network.io");
        assertMonotone(updated, listedAgain, "system.network.packet.count");
        assertThat(first.points("system.network.io"))
                .extracting(point -> point.attributes().get("network.interface.name"))
                .doesNotContain("lo");
        assertThat(first.isInRuns()).isTrue();
    }

    @Test
    void disks_twoCollections_countersDoNotGoBack() throws Exception {
        MetricSource source = new DiskSource(machine, time);
        Recording first = Recording.of(source);
        Recording updated = Recording.of(source);

        assertMonotone(first, updated, "system.disk.io");
        assertMonotone(first, updated, "system.disk.operations");
        assertMonotone(first, updated, "system.disk.io_time");
        assertThat(first.isInRuns()).isTrue();
    }

    @Test
    void fileSystems_always_statesAddUpToTheLimit() throws Exception {
        MetricSource source = new FileSystemSource(machine, time);
        source.collect(new Recording());

        Recording recording = Recording.of(source);

        String mountPoint = (String)
                recording.points("system.filesystem.limit").get(0).attributes().get("system.filesystem.mountpoint");
        assertThat(mountPoint).isNotEmpty();
        double limit = recording.value("system.filesystem.limit", "system.filesystem.mountpoint", mountPoint);
        double sum = recording.points("system.filesystem.usage", "system.filesystem.mountpoint", mountPoint).stream()
                .mapToDouble(Recording.Point::value)
                .sum();
        assertThat(limit).isPositive();
        assertThat(sum).isEqualTo(limit, within(limit / 100)); // files come and go between two calls
        assertThat(recording.points("system.filesystem.utilization"))
                .extracting(Recording.Point::value)
                .allSatisfy(share -> assertThat(share).isBetween(0.0, 1.0));
        assertThat(recording.points("system.filesystem.limit"))
                .extracting(point -> point.attributes().get("system.filesystem.type"))
                .doesNotContain("proc", "sysfs", "cgroup", "cgroup2", "devpts");
        assertThat(recording.isInRuns()).isTrue();
    }

    @Test
    void process_firstCollection_figuresOfThisProcess() throws Exception {
        Recording recording = Recording.of(new ProcessSource(machine, time));

        assertThat(recording.value("process.cpu.time", "cpu.mode", "user")).isPositive();
        assertThat(recording.value("process.memory.usage")).isPositive();
        assertThat(recording.value("process.memory.virtual"))
                .isGreaterThanOrEqualTo(recording.value("process.memory.usage"));
        assertThat(recording.value("process.thread.count")).isPositive();
        assertThat(recording.value("process.uptime")).isPositive();
        assertThat(recording.points("process.cpu.utilization")).isEmpty();
        Instant started = ProcessHandle.current().info().startInstant().orElseThrow();
        assertThat(recording.points("process.cpu.time").get(0).since())
                .isCloseTo(
                        TimeUnit.MILLISECONDS.toNanos(started.toEpochMilli()),
                        within(Duration.ofSeconds(5).toNanos()));
    }

    @Test
    void process_laterCollection_shareOfTheCpus() throws Exception {
        MetricSource source = new ProcessSource(machine, time);
        source.collect(new Recording());
        time.pass(Duration.ofSeconds(10));

        Recording recording = Recording.of(source);

        assertThat(recording.value("process.cpu.utilization", "cpu.mode", "user"))
                .isBetween(0.0, 1.0);
        assertThat(recording.value("process.cpu.utilization", "cpu.mode", "system"))
                .isBetween(0.0, 1.0);
        assertThat(recording.isInRuns()).isTrue();
    }

    /**
     * The first shares recorded of one CPU, or of all when {@code number} is null. OSHI remembers the ticks of either for
     * a while, so that a collection that follows too soon sees no time pass.
     */
    private List<Recording.Point> firstShares(@Nullable Long number) throws Exception {
        MetricSource source = new CpuSource(machine);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        List<Recording.Point> shares = List.of();
        while (shares.isEmpty() && System.nanoTime() - deadline < 0) {
            shares = Recording.of(source).points("system.cpu.utilization").stream()
                    .filter(point -> Objects.equals(number, point.attributes().get("cpu.logical_number")))
                    .toList();
        }
        return shares;
    }

    private static void assertMonotone(Recording earlier, Recording later, String name) {
        Map<Attributes, Double> before = earlier.values(name);
        assertThat(later.values(name))
                .as(name)
                .isNotEmpty()
                .allSatisfy((attributes, value) ->
                        assertThat(value).isGreaterThanOrEqualTo(before.getOrDefault(attributes, 0.0)));
    }

    private static double kibibytes(Path meminfo, String key) throws IOException {
        return Files.readAllLines(meminfo).stream()
                .filter(line -> line.startsWith(key))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }
}
