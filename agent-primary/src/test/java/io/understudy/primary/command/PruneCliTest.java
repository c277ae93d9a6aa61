package io.understudy.primary.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.failure.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code prune}: what it deletes, and what it says of it. */
@Tag("slow")
@Timeout(120)
class PruneCliTest extends CliScenario {
    @Tag("always")
    @Test
    void prunesAndExplains() throws Exception {
        // A daily of a Sunday counts as a weekly one too.
        more = "retention: {keep: {hourly: 1, daily: 0, weekly: 0}, minimum: 1}\n";
        configure();
        run("init");
        run("snapshot", "--period", "hourly");
        Files.writeString(folder.resolve("media/a.txt"), "changed");
        run("snapshot", "--period", "daily");
        Files.writeString(folder.resolve("media/a.txt"), "changed again");
        run("snapshot");
        run("snapshot", "--period", "hourly");

        JsonNode would = json("prune", "--dry-run", "--json");
        assertThat(shape(would)).isEqualTo("dry_run kept deleted blobs bytes locked unlocked error snapshots");
        assertThat(shape(would.path("snapshots").path(0))).isEqualTo("snapshot moment periods kept reasons");
        assertThat(would.path("dry_run").asBoolean()).isTrue();
        assertThat(would.path("deleted").asInt()).isEqualTo(2);
        assertThat(json("list", "--json").path("snapshots")).hasSize(4);
        assertThat(run("prune", "--dry-run")).isZero();
        assertThat(out.toString())
                .contains("daily            delete: no daily is kept")
                .contains("manual           kept: manual has no count")
                .contains("hourly           kept: newest; hourly 1 of 1")
                .contains("2 snapshots would be kept, 2 deleted; content would be deleted: 0 blobs, 0 B");

        assertThat(run("prune")).isZero();
        assertThat(out.toString()).contains("2 snapshots kept, 2 deleted; content deleted: 0 blobs, 0 B");
        assertThat(json("list", "--json").path("snapshots")).hasSize(2);

        try (Stream<Path> files = Files.walk(folder.resolve("repository/blobs"))) {
            for (Path blob : files.filter(Files::isRegularFile).toList()) {
                Files.setLastModifiedTime(
                        blob, FileTime.from(Clock.systemUTC().instant().minus(Duration.ofHours(25))));
            }
        }
        // The files and indexes of the two that were deleted, and pg_dump's archives unless they are of one second.
        assertThat(json("prune", "--json").path("blobs").asInt()).isBetween(4, 6);
        assertThat(run("verify", "00000001-00000003")).isZero();
        assertThat(run("verify")).isZero();

        Files.writeString(folder.resolve("repository/manifests/00000001-00000003.json"), "{");
        assertThat(run("prune", "--dry-run")).isEqualTo(ErrorCode.MANIFEST_DAMAGED.exitCode());
        assertThat(out.toString())
                .contains("nothing would be deleted: cannot prune while a snapshot cannot be read: ")
                .contains("hint: ");
        assertThat(run("prune", "--json")).isEqualTo(ErrorCode.MANIFEST_DAMAGED.exitCode());
        assertThat(JSON.readTree(out.toString()).at("/error/code").asText()).isEqualTo("manifest_damaged");
        Files.createFile(folder.resolve("BACKUP"));
        assertThat(run("prune")).isEqualTo(ErrorCode.BACKUP_MODE.exitCode());
    }
}
