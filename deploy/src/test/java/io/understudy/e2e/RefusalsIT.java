package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Server;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Wrong input gets a stable code, a hint, and changes nothing. */
@Tag("slow")
class RefusalsIT extends SharedScenario {
    @Test
    void aWrongPasswordAndASilentServerAreToldApart() throws IOException {
        Path file = primary().layout().passwordFile();
        String password = Files.readString(file);

        Files.writeString(file, "wrong\n");
        assertRefused(primary().primary("snapshot"), ErrorCode.DATABASE_DENIED);
        Files.writeString(file, password);
        primary().database().stop();
        assertRefused(primary().primary("snapshot"), ErrorCode.DATABASE_UNREACHABLE);
        primary().database().start();
    }

    @Test
    void aSecondInitOfARepositoryIsRefused() {
        assertRefused(primary().primary("init"), ErrorCode.REPOSITORY_EXISTS);
    }

    @Test
    void promotionRefusesWithoutConsentWhenNobodyCanBeAsked() {
        assertRefused(standby().replica("promote"), ErrorCode.CONFIRMATION_NEEDED);

        assertThat(standby().marked()).isTrue();
    }

    @Test
    void aRestoreAndARollbackAskFirstAndChangeNothing() {
        snapshot(primary());
        String before = sync(standby()).path("applied").asText();

        assertRefused(standby().replica("rollback"), ErrorCode.CONFIRMATION_NEEDED);
        assertRefused(standby().replica("restore", "00000001-00000001"), ErrorCode.CONFIRMATION_NEEDED);

        assertThat(applied()).isEqualTo(before);
    }

    private String applied() {
        return standby()
                .replica("status", "--json")
                .successful()
                .json()
                .path("applied")
                .asText();
    }

    @Test
    void nobodyIsAskedBeforeItIsClearThatThereIsSomethingToDo() {
        assertRefused(standby().replica("restore", "00000001-00009999"), ErrorCode.SNAPSHOT_UNKNOWN);
        assertRefused(primary().replica("rollback"), ErrorCode.NOT_BACKUP_MODE);
        assertRefused(primary().replica("restore", "00000001-00000001"), ErrorCode.NOT_BACKUP_MODE);
    }

    @Test
    void aServerInBackupModeTakesNoSnapshot() {
        assertRefused(standby().primary("snapshot"), ErrorCode.BACKUP_MODE);
    }

    @Test
    void withoutAMarkerNothingIsImported() {
        snapshot(primary());

        assertRefused(primary().replica("sync"), ErrorCode.NOT_BACKUP_MODE);
    }

    @Test
    void aSnapshotSignedByAnUnknownKeyIsNotApplied() throws IOException {
        snapshot(primary());
        long site = standby().siteProcess().orElseThrow().pid();
        Server server = standby();
        Path alone = Folders.write(
                server.layout().home().resolve("etc/alone.yaml"),
                Files.readString(server.layout().config())
                        .replace(", " + server.layout().peerKey() + "]", "]"));

        assertRefused(server.replicaWith(alone, "sync"), ErrorCode.SIGNER_UNKNOWN);

        assertThat(server.siteProcess().orElseThrow().pid()).isEqualTo(site);
    }

    @Test
    void allTenFaultsOfAConfigurationAreListed() {
        Path faulty = Folders.write(pair().home().resolve("faulty.yaml"), """
                site: "Not A Name"
                state: relative/path
                markr: /srv/BACKUP
                database:
                  url: mysql://somewhere
                  user: site
                  connections: 1000
                trees:
                  - {name: media, kind: movies, path: /srv/media}
                filestore:
                  url: ftp://somewhere
                replica:
                  pol: 60s
                  poll: soon
                primary:
                  listen: nowhere
                """);

        Outcome outcome = primary().primaryWith(faulty, "check");

        assertRefused(outcome, ErrorCode.CONFIG_INVALID);
        assertThat(outcome.errors())
                .contains("site", "state", "markr", "marker", "database.url", "database.connections", "kind")
                .contains("filestore.url", "replica.pol", "did you mean poll", "replica.poll", "primary.listen");
    }
}
