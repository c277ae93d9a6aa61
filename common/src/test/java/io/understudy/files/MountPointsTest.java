package io.understudy.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MountPointsTest {
    private static final String TABLE = """
            22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
            23 22 0:5 / /proc rw - proc proc rw
            40 22 8:17 / /srv/media rw shared:7 - ext4 /dev/sdb1 rw
            41 22 8:1 /data/own /srv/bound rw - ext4 /dev/sda1 rw
            42 22 8:1 /etc /etc ro - ext4 /dev/sda1 rw
            43 22 0:40 /@sub /srv/sub rw - btrfs /dev/mapper/vg-lv rw,subvol=/@sub
            44 22 0:41 / /srv/nfs rw - nfs4 files.example.net:/export/media rw
            45 22 0:42 / /srv/auto rw - autofs systemd-1 rw
            46 45 0:43 / /srv/auto rw - zfs tank/media rw
            47 22 0:44 / /srv/with\\040blank rw - tmpfs tmpfs rw
            """;

    private final MountPoints mounts = MountPoints.parse(TABLE.getBytes(StandardCharsets.UTF_8));

    @ParameterizedTest
    @CsvSource({
        "/srv/media,           / of ext4",
        "/srv/media/2026,      /2026 of ext4",
        "/srv/mediaelse,       /srv/mediaelse of ext4",
        "/srv/bound/x,         /data/own/x of ext4",
        "/srv/sub,             /@sub of btrfs /dev/mapper/vg-lv",
        "/srv/nfs/a,           /a of nfs4 files.example.net:/export/media",
        "/srv/auto,            / of zfs tank/media",
        "'/srv/with blank/x',  /x of tmpfs",
        "/,                    / of ext4",
    })
    void tellsWhereAFolderLiesOnItsFileSystem(String folder, String place) {
        assertThat(mounts.placeOf(Path.of(folder)).orElseThrow()).hasToString(place);
    }

    @Test
    void namesThoseBeneathAFolder() {
        assertThat(mounts.beneath(Path.of("/srv")))
                .hasToString("[/srv/auto, /srv/bound, /srv/media, /srv/nfs, /srv/sub, /srv/with blank]");
        assertThat(mounts.beneath(Path.of("/srv/media"))).isEmpty();
        assertThat(mounts.beneath(Path.of("/")))
                .contains(Path.of("/proc"), Path.of("/etc"))
                .doesNotContain(Path.of("/"));
    }

    /** A service's sandbox mounts parts of the same file system over themselves, a shell's view does not. */
    @Test
    void theSamePlaceIsTheSameInEveryNamespace() {
        MountPoints shell = MountPoints.parse(
                "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n".getBytes(StandardCharsets.UTF_8));
        Path folder = Path.of("/etc/site");
        assertThat(mounts.placeOf(folder)).isEqualTo(shell.placeOf(folder)).isPresent();
    }

    @Test
    void aDiskThatIsNotMountedIsAnotherPlace() {
        MountPoints without =
                MountPoints.parse(TABLE.replaceAll("(?m)^40 .*\\n", "").getBytes(StandardCharsets.UTF_8));
        Path media = Path.of("/srv/media");
        assertThat(mounts.placeOf(media)
                        .orElseThrow()
                        .mayBe(without.placeOf(media).orElseThrow()))
                .isFalse();
    }

    @Test
    void namesOfDevicesDoNotCount() {
        MountPoints rebooted = MountPoints.parse(
                TABLE.replace("8:17", "8:33").replace("/dev/sdb1", "/dev/sdc1").getBytes(StandardCharsets.UTF_8));
        Path media = Path.of("/srv/media");
        assertThat(mounts.placeOf(media)
                        .orElseThrow()
                        .mayBe(rebooted.placeOf(media).orElseThrow()))
                .isTrue();
    }

    @Test
    void knowsThePlaceOfThisFolder() {
        assertThat(MountPoints.now().placeOf(Path.of("/"))).isPresent();
        assertThat(MountPoints.parse(new byte[0]).placeOf(Path.of("/srv"))).isEmpty();
    }
}
