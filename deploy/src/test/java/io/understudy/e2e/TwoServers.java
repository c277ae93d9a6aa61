package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.ClassArchives;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.PostgresServer;
import io.understudy.rehearsal.Rehearsal;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** The packaged distribution on two servers, each with a real PostgreSQL, a real site and the agents as processes. */
@ExtendWith(LogsOnFailure.class)
@Timeout(value = 400, unit = TimeUnit.SECONDS)
abstract class TwoServers {
    /** Within this a standby must have followed, on a machine that is busy with other tests. */
    static final Duration FOLLOWS = Duration.ofSeconds(120);

    static final Duration ANSWERS = Duration.ofSeconds(180);

    private Path home;
    private ServerPair pair;

    Rehearsal programs() {
        return ClassArchives.rehearsal();
    }

    /** Before anything is installed there. */
    void prepare(Path folder) {}

    /** When nothing runs there any more. */
    void clear() {}

    /** Two servers; the primary's site runs and has one note and one upload; nothing was ever copied. */
    final ServerPair install(boolean s3) {
        List<Integer> versions = PostgresServer.versions();
        return install(s3, versions.get(versions.size() - 1));
    }

    /** @param primaryPostgres major version of the primary's PostgreSQL */
    final ServerPair install(boolean s3, int primaryPostgres) {
        try {
            // PostgreSQL's user must be able to pass through.
            home = Files.createTempDirectory(
                    "understudy-e2e",
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        prepare(home);
        pair = ServerPair.install(home, programs(), s3, primaryPostgres);
        pair.primary().siteService("start");
        pair.primary().site().awaitMode("primary", ANSWERS);
        pair.primary().site().addNote("first");
        pair.primary().site().addUpload("first.txt", "first upload".getBytes(StandardCharsets.UTF_8));
        return pair;
    }

    /** The same, with a repository, a first snapshot, and a standby that has imported it. No daemon runs. */
    final ServerPair following(boolean s3) {
        if (s3) {
            return imported(true);
        }
        pair = PreparedServers.get(() -> imported(false));
        home = null;
        pair.primary().site().awaitContent(1, 1, ANSWERS);
        pair.standby().site().awaitContent(1, 1, ANSWERS);
        return pair;
    }

    private ServerPair imported(boolean s3) {
        ServerPair both = initialised(s3);
        snapshot(both.primary());
        sync(both.standby());
        both.standby().site().awaitContent(1, 1, ANSWERS);
        return both;
    }

    /** The same, with a repository and a standby that has never imported. No daemon runs. */
    final ServerPair initialised(boolean s3) {
        ServerPair both = install(s3);
        both.primary().primary("init").successful();
        both.standby().replica("init", "--yes").successful();
        return both;
    }

    static JsonNode snapshot(Server server) {
        return server.primary("snapshot", "--json").successful().json();
    }

    static JsonNode sync(Server server) {
        return server.replica("sync", "--json").successful().json();
    }

    /** The program refused, with this code and a hint, and without a stack trace. */
    static void assertRefused(Outcome outcome, ErrorCode code) {
        assertThat(outcome.exitCode()).as(outcome.toString()).isEqualTo(code.exitCode());
        assertThat(outcome.errors()).contains("hint: ").doesNotContain("\tat ");
    }

    final List<Path> logs() {
        return pair == null
                ? List.of()
                : Stream.concat(pair.primary().logs().stream(), pair.standby().logs().stream())
                        .toList();
    }

    final void stopEverything() {
        if (pair != null) {
            pair.close();
        }
        clear();
        if (home != null) {
            Folders.delete(home);
        }
    }
}
