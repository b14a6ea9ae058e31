package dev.outpost.agent.metric.oshi;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CgroupSourceTest {

    private static final long BOOT = 1_700_000_000_000_000_000L;
    private static final String V1_UNLIMITED = "9223372036854771712";

    private final FakeNanos time = new FakeNanos();
    private final CgroupTree tree;
    private final CgroupSource source;

    CgroupSourceTest(@TempDir Path root) {
        tree = new CgroupTree(root);
        source = new CgroupSource(root, () -> BOOT, time);
    }

    @Test
    void collect_v2Container_allFigures() throws Exception {
        containerV2("2000000");

        Recording recording = Recording.of(source);

        assertThat(recording.value("container.memory.usage.limit")).isEqualTo(1_000_000);
        assertThat(recording.value("container.memory.usage")).isEqualTo(700_000);
        assertThat(recording.value("container.memory.working_set")).isEqualTo(600_000);
        assertThat(recording.value("container.memory.available")).isEqualTo(400_000);
        assertThat(recording.value("container.cpu.limit")).isEqualTo(0.5);
        assertThat(recording.value("container.cpu.time", "cpu.mode", "user")).isEqualTo(2.0);
        assertThat(recording.value("container.cpu.time", "cpu.mode", "system")).isEqualTo(1.0);
        assertThat(recording.value("container.cpu.throttling_data.periods")).isEqualTo(9);
        assertThat(recording.value("container.cpu.throttling_data.throttled_periods"))
                .isEqualTo(4);
        assertThat(recording.value("container.cpu.throttling_data.throttled_time"))
                .isEqualTo(5_000_000);
        assertThat(recording.points("container.cpu.usage")).as("the first time").isEmpty();
        assertThat(recording.points("container.cpu.time"))
                .extracting(Recording.Point::since)
                .containsOnly(BOOT);
        assertThat(recording.isInRuns()).isTrue();
    }

    @Test
    void collect_secondTime_cpusKeptBusy() throws Exception {
        containerV2("2000000");
        source.collect(new Recording());
        containerStatV2("3000000");
        time.pass(Duration.ofSeconds(4));

        Recording recording = Recording.of(source);

        assertThat(recording.value("container.cpu.usage", "cpu.mode", "user")).isEqualTo(0.25);
        assertThat(recording.value("container.cpu.usage", "cpu.mode", "system")).isZero();
    }

    @Test
    void collect_v1Container_allFigures() throws Exception {
        String cpu = "/sys/fs/cgroup/cpu,cpuacct";
        tree.member("5:memory:/docker/4f1c")
                .member("4:cpu,cpuacct:/docker/4f1c")
                .member("1:name=systemd:/docker/4f1c")
                .mountV1("/docker/4f1c", "/sys/fs/cgroup/memory", "memory")
                .mountV1("/docker/4f1c", cpu, "cpu,cpuacct")
                .file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "1000000")
                .file("/sys/fs/cgroup/memory/memory.usage_in_bytes", "700000")
                .file("/sys/fs/cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file 100000")
                .file(cpu + "/cpu.cfs_quota_us", "150000")
                .file(cpu + "/cpu.cfs_period_us", "100000")
                .file(cpu + "/cpu.stat", "nr_periods 9\nnr_throttled 4\nthrottled_time 5000000")
                .file(cpu + "/cpuacct.usage_user", "2000000000")
                .file(cpu + "/cpuacct.usage_sys", "1000000000");

        Recording recording = Recording.of(source);

        assertThat(recording.value("container.memory.usage.limit")).isEqualTo(1_000_000);
        assertThat(recording.value("container.memory.usage")).isEqualTo(700_000);
        assertThat(recording.value("container.memory.working_set")).isEqualTo(600_000);
        assertThat(recording.value("container.memory.available")).isEqualTo(400_000);
        assertThat(recording.value("container.cpu.limit")).isEqualTo(1.5);
        assertThat(recording.value("container.cpu.time", "cpu.mode", "user")).isEqualTo(2.0);
        assertThat(recording.value("container.cpu.time", "cpu.mode", "system")).isEqualTo(1.0);
        assertThat(recording.value("container.cpu.throttling_data.throttled_periods"))
                .isEqualTo(4);
        assertThat(recording.value("container.cpu.throttling_data.throttled_time"))
                .isEqualTo(5_000_000);
    }

    @Test
    void collect_limitsOfAncestors_theLeast() throws Exception {
        tree.member("0::/pod/app/worker")
                .mountV2("/", "/sys/fs/cgroup")
                .file("/sys/fs/cgroup/pod/memory.max", "500000")
                .file("/sys/fs/cgroup/pod/cpu.max", "max 100000")
                .file("/sys/fs/cgroup/pod/app/memory.max", "900000")
                .file("/sys/fs/cgroup/pod/app/cpu.max", "25000 100000")
                .file("/sys/fs/cgroup/pod/app/worker/memory.max", "max")
                .file("/sys/fs/cgroup/pod/app/worker/cpu.max", "50000 100000");

        Recording recording = Recording.of(source);

        assertThat(recording.value("container.memory.usage.limit")).isEqualTo(500_000);
        assertThat(recording.value("container.cpu.limit")).isEqualTo(0.25);
    }

    @Test
    void collect_v1LimitsOfAncestors_theLeast() throws Exception {
        tree.member("4:memory:/jobs/17")
                .mountV1("/", "/sys/fs/cgroup/memory", "memory")
                .file("/sys/fs/cgroup/memory/memory.limit_in_bytes", V1_UNLIMITED)
                .file("/sys/fs/cgroup/memory/jobs/memory.limit_in_bytes", "500000")
                .file("/sys/fs/cgroup/memory/jobs/17/memory.limit_in_bytes", V1_UNLIMITED);

        assertThat(Recording.of(source).value("container.memory.usage.limit")).isEqualTo(500_000);
    }

    @Test
    void collect_hybrid_controllersOfVersion1() throws Exception {
        tree.member("4:memory:/job")
                .member("0::/user.slice")
                .mountV2("/", "/sys/fs/cgroup/unified")
                .mountV1("/", "/sys/fs/cgroup/memory", "memory")
                .file("/sys/fs/cgroup/unified/user.slice/memory.max", "1")
                .file("/sys/fs/cgroup/unified/user.slice/cpu.max", "200000 100000")
                .file("/sys/fs/cgroup/memory/job/memory.limit_in_bytes", "500000");

        Recording recording = Recording.of(source);

        assertThat(recording.value("container.memory.usage.limit")).isEqualTo(500_000);
        assertThat(recording.value("container.cpu.limit")).isEqualTo(2);
    }

    @Test
    void collect_noCgroups_nothing() throws Exception {
        assertThat(Recording.of(source).points()).isEmpty();
    }

    @Test
    void collect_v2WithoutLimits_nothing() throws Exception {
        tree.member("0::/app.service")
                .mountV2("/", "/sys/fs/cgroup")
                .file("/sys/fs/cgroup/app.service/memory.max", "max")
                .file("/sys/fs/cgroup/app.service/memory.current", "700000")
                .file("/sys/fs/cgroup/app.service/cpu.max", "max 100000");

        assertThat(Recording.of(source).points()).isEmpty();
    }

    @Test
    void collect_v1WithoutLimits_nothing() throws Exception {
        tree.member("4:memory,cpu:/app")
                .mountV1("/", "/sys/fs/cgroup/memory", "memory")
                .mountV1("/", "/sys/fs/cgroup/cpu", "cpu")
                .file("/sys/fs/cgroup/memory/app/memory.limit_in_bytes", V1_UNLIMITED)
                .file("/sys/fs/cgroup/memory/app/memory.usage_in_bytes", "700000")
                .file("/sys/fs/cgroup/cpu/app/cpu.cfs_quota_us", "-1")
                .file("/sys/fs/cgroup/cpu/app/cpu.cfs_period_us", "100000");

        assertThat(Recording.of(source).points()).isEmpty();
    }

    @Test
    void collect_filesMissing_whatIsThere() throws Exception {
        tree.member("0::/")
                .mountV2("/", "/sys/fs/cgroup")
                .file("/sys/fs/cgroup/memory.max", "1000000")
                .file("/sys/fs/cgroup/memory.current", "700000");

        assertThat(Recording.of(source).names())
                .containsExactlyInAnyOrder("container.memory.usage", "container.memory.usage.limit");
    }

    @Test
    void collect_onlyCpuLimited_memoryWithoutLimit() throws Exception {
        containerV2("2000000");
        tree.file("/sys/fs/cgroup/memory.max", "max");

        assertThat(Recording.of(source).names())
                .contains("container.cpu.limit", "container.memory.usage", "container.memory.working_set")
                .doesNotContain("container.memory.usage.limit", "container.memory.available");
    }

    @Test
    void collect_pathOfTheHostOutsideTheMount_theMount() throws Exception {
        containerV2("2000000");
        tree.member("9:memory:/kubepods/burstable/4f1c")
                .mountV1("/kubepods/other", "/sys/fs/cgroup/memory", "memory")
                .file("/sys/fs/cgroup/memory/memory.limit_in_bytes", "300000");

        assertThat(Recording.of(source).value("container.memory.usage.limit")).isEqualTo(300_000);
    }

    @Test
    void collect_pathAboveTheNamespace_theMount() throws Exception {
        tree.member("0::/../sibling").mountV2("/", "/sys/fs/cgroup").file("/sys/fs/cgroup/memory.max", "1000000");

        assertThat(Recording.of(source).value("container.memory.usage.limit")).isEqualTo(1_000_000);
    }

    @Test
    void collect_pathNotMounted_nearestAncestorThatIs() throws Exception {
        tree.member("0::/pod/app").mountV2("/", "/sys/fs/cgroup").file("/sys/fs/cgroup/pod/memory.max", "1000000");

        assertThat(Recording.of(source).value("container.memory.usage.limit")).isEqualTo(1_000_000);
    }

    @Test
    void collect_limitChanged_seenWithin30Seconds() throws Exception {
        containerV2("2000000");
        source.collect(new Recording());
        tree.file("/sys/fs/cgroup/memory.max", "2000000");
        assertThat(Recording.of(source).value("container.memory.usage.limit")).isEqualTo(1_000_000);
        time.pass(Duration.ofSeconds(30));

        assertThat(Recording.of(source).value("container.memory.usage.limit")).isEqualTo(2_000_000);
    }

    private void containerV2(String userMicros) {
        tree.member("0::/")
                .mountV2("/", "/sys/fs/cgroup")
                .file("/sys/fs/cgroup/memory.max", "1000000")
                .file("/sys/fs/cgroup/memory.current", "700000")
                .file("/sys/fs/cgroup/memory.stat", "anon 500000\nfile 200000\ninactive_file 100000")
                .file("/sys/fs/cgroup/cpu.max", "50000 100000");
        containerStatV2(userMicros);
    }

    private void containerStatV2(String userMicros) {
        tree.file(
                "/sys/fs/cgroup/cpu.stat",
                "usage_usec 3000000\nuser_usec " + userMicros + "\nsystem_usec 1000000\n"
                        + "nr_periods 9\nnr_throttled 4\nthrottled_usec 5000");
    }
}
