package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.filestore.directory.DirectoryFilestore;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.Repository;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A standby that never held an epoch: it was promoted while its filestore was away, and another server's claim came
 * first. What its visitors wrote is in no snapshot.
 */
@Tag("slow")
class OverruledIT extends Scenario {
    @Test
    void whatItWroteIsInAnOrphanNextToTheSnapshotItBeganWith() throws Exception {
        ServerPair pair = following(false);
        Server primary = pair.primary();
        Server standby = pair.standby();
        Path filestore = pair.home().resolve("filestore");
        primary.site().addNote("of the primary, never imported");
        snapshot(primary);
        Path away = Files.move(filestore, pair.home().resolve("away"));
        standby.replica("promote", "--yes", "--unfenced");
        standby.site().awaitMode("primary", ANSWERS);
        standby.site().addNote("of the standby");
        standby.site().addUpload("standby.txt", "of the standby".getBytes(StandardCharsets.UTF_8));
        Files.move(away, filestore);
        anotherClaims(primary, filestore);

        JsonNode rejoined =
                standby.replica("rejoin", "--yes", "--json").successful().json();

        String orphan = rejoined.path("orphan").asText();
        String began = rejoined.path("shipped").asText();
        assertThat(orphan).startsWith("00000001-");
        assertThat(began).isEqualTo("00000001-00000001");
        assertThat(standby.marked()).isTrue();
        assertThat(standby.replica("orphans", "show", orphan).successful().output())
                .containsPattern("table public.notes +-0 \\+1")
                .contains("tree media");
        assertThat(standby.replica("orphans", "diff", orphan, began, "--rows", "notes")
                        .successful()
                        .output())
                .contains("of the standby")
                .doesNotContain("of the primary");
        assertThat(standby.replica("orphans", "diff", orphan, began, "--files")
                        .successful()
                        .output())
                .contains("- media/");
    }

    /** A third server, whose filestore answered. */
    private static void anotherClaims(Server primary, Path filestore) {
        Repository.open(
                        new DirectoryFilestore(filestore),
                        "example",
                        TrustedKeys.load(List.of(primary.layout().publicKey())))
                .epochs()
                .claim(
                        new EpochClaim(2, "c.example.net", Instant.now(), "promote", "theirs"),
                        SigningKey.load(primary.layout().privateKey()));
    }
}
