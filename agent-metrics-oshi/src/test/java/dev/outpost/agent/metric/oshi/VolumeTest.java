package dev.outpost.agent.metric.oshi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import oshi.software.common.os.linux.LinuxOSFileStore;
import oshi.software.common.os.linux.nativefree.LinuxFileSystemNF;
import oshi.software.os.OSFileStore;

class VolumeTest {

    private final Path mountPoint;

    VolumeTest(@TempDir Path directory) throws IOException {
        mountPoint = Files.createDirectory(directory.resolve("data"));
    }

    @ParameterizedTest
    @CsvSource({"'rw,noatime',rw", "'ro,noatime',ro", "'noatime,ro',ro", "'rw,errors=remount-ro',rw", "'',rw"})
    void attributes_mountOptions_mode(String options, String mode) {
        Volume volume = new Volume(store(mountPoint, options, 1));

        assertThat(volume.self.get("system.filesystem.mode")).isEqualTo(mode);
    }

    @Test
    void attributes_always_nameTheVolume() {
        Volume volume = new Volume(store(mountPoint, "rw", 1));

        assertThat(volume.used.asMap())
                .containsEntry("system.device", "/dev/sdz1")
                .containsEntry("system.filesystem.mountpoint", mountPoint.toString())
                .containsEntry("system.filesystem.type", "ext4")
                .containsEntry("system.filesystem.state", "used");
    }

    @Test
    void update_mounted_statesAddUp() {
        Volume volume = new Volume(store(mountPoint, "rw", 1));

        assertThat(volume.update()).isTrue();
        assertThat(volume.usedBytes() + volume.freeBytes() + volume.reservedBytes())
                .isEqualTo(volume.totalBytes());
    }

    @Test
    void update_gone_false() throws IOException {
        Volume volume = new Volume(store(mountPoint, "rw", 1));
        Files.delete(mountPoint);

        assertThat(volume.update()).isFalse();
    }

    @Test
    void isMeasurable_directoryWithSpace_true() {
        assertThat(FileSystemSource.isMeasurable(store(mountPoint, "rw", 1))).isTrue();
    }

    @Test
    void isMeasurable_serverDoesNotAnswer_false() {
        assertThat(FileSystemSource.isMeasurable(store(mountPoint, "rw", 0))).isFalse();
    }

    @Test
    void isMeasurable_mountedFile_false() throws IOException {
        Path hosts = Files.createFile(mountPoint.resolve("hosts"));

        assertThat(FileSystemSource.isMeasurable(store(hosts, "rw", 1))).isFalse();
    }

    private static OSFileStore store(Path mount, String options, long totalBytes) {
        String none = "";
        return new LinuxOSFileStore(
                none,
                "/dev/sdz1",
                none,
                mount.toString(),
                options,
                none,
                true,
                none,
                none,
                "ext4",
                0,
                0,
                totalBytes,
                0,
                0,
                new LinuxFileSystemNF());
    }
}
