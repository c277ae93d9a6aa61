package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Pair;
import io.understudy.rehearsal.Server;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Wrong input gets a stable code, a hint, and changes nothing. */
class RefusalsIT extends Scenario {
    @Test
    void wrongKeysOfTheFilestoreAreRefusedOnBothSides() {
        Pair pair = following(true);
        Map<String, String> wrong = Map.of("S3_SECRET_KEY", "0123456789abcdef0123");

        assertRefused(pair.primary().primaryProgram("snapshot").with(wrong).run(FOLLOWS), ErrorCode.FILESTORE_DENIED);
        assertRefused(pair.standby().replicaProgram("sync").with(wrong).run(FOLLOWS), ErrorCode.FILESTORE_DENIED);
        pair.standby().site().awaitContent(1, 1, ANSWERS);
    }

    @Test
    void aWrongPasswordAndASilentServerAreToldApart() {
        Pair pair = following(false);
        Server primary = pair.primary();

        Folders.writeSecret(primary.layout().passwordFile(), "wrong\n");
        assertRefused(primary.primary("snapshot"), ErrorCode.DATABASE_DENIED);
        primary.siteService("stop");
        primary.database().stop();
        assertRefused(primary.primary("snapshot"), ErrorCode.DATABASE_UNREACHABLE);
    }

    @Test
    void aSecondInitOfARepositoryIsRefused() {
        Pair pair = following(false);

        assertRefused(pair.primary().primary("init"), ErrorCode.REPOSITORY_EXISTS);
    }

    @Test
    void aSnapshotSignedByAnUnknownKeyIsNotApplied() {
        Pair pair = initialised(false);
        snapshot(pair.primary());
        Server standby = pair.standby();
        standby.configure(config -> config.replace(", " + standby.layout().peerKey() + "]", "]"));

        assertRefused(standby.replica("sync"), ErrorCode.SIGNER_UNKNOWN);
        assertThat(standby.database().query("postgres", "SELECT datname FROM pg_database"))
                .doesNotContain("site");
    }

    @Test
    void allTenFaultsOfAConfigurationAreListed() {
        Server server = install(false).primary();
        Folders.write(server.layout().config(), """
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

        Outcome outcome = server.primary("check");

        assertRefused(outcome, ErrorCode.CONFIG_INVALID);
        assertThat(outcome.errors())
                .contains("site", "state", "markr", "marker", "database.url", "database.connections", "kind")
                .contains("filestore.url", "replica.pol", "did you mean poll", "replica.poll", "primary.listen");
    }
}
