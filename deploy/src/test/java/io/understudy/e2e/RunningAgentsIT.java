package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Keys;
import io.understudy.rehearsal.Server;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Both agents run, and speak TLS with each other; no poll comes. */
@Tag("slow")
class RunningAgentsIT extends SharedScenario {
    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeAll
    void start() {
        Certificates.install(pair());
        primary()
                .configure(
                        config -> config.replace("primary:\n", "primary:\n  schedule: {monthly: \"0 0 31 12 *\"}\n"));
        standby().configure(config -> config.replace("poll: 2s", "poll: 1d"));
        primary().primary("verify").successful();
        standby().replica("verify", "--mirror").successful();
        primary().startPrimary();
        standby().startReplica();
    }

    @Test
    void bothTellWhatMonitoringNeedsAndKnowItAgainAfterARestart() {
        int primary = primary().layout().primaryHttp();
        int standby = standby().layout().replicaHttp();

        Deadline.await(
                "the primary is ready", ANSWERS, () -> get(primary, "readyz").isPresent());
        Deadline.await(
                "the standby is ready", ANSWERS, () -> get(standby, "readyz").isPresent());
        assertThat(get(primary, "").orElseThrow()).contains("Is there a second copy", "</html>");
        assertThat(get(standby, "").orElseThrow()).contains("Could we switch now?", "</html>");
        assertThat(get(primary, "healthz")).isPresent();
        assertThat(get(standby, "healthz")).isPresent();
        // The snapshot and the import were made by commands that ended long before these daemons started.
        Deadline.await(
                "the primary knows its newest snapshot",
                ANSWERS,
                () -> get(primary, "metrics")
                        .filter(text -> text.contains("understudy_snapshot_last_success_timestamp_seconds{"))
                        .isPresent());
        Deadline.await(
                "the standby knows what it applied",
                ANSWERS,
                () -> get(standby, "metrics")
                        .filter(text -> text.contains("understudy_applied_snapshot_timestamp_seconds{"))
                        .isPresent());
        assertThat(get(primary, "metrics").orElseThrow())
                .containsPattern("understudy_role_is_primary\\{[^}]*} 1")
                .containsPattern("understudy_marker_present\\{[^}]*} 0")
                .containsPattern("understudy_epoch\\{[^}]*} 1")
                .containsPattern("understudy_verify_last_passed\\{[^}]*} 1");
        assertThat(get(standby, "metrics").orElseThrow())
                .containsPattern("understudy_role_is_primary\\{[^}]*} 0")
                .containsPattern("understudy_marker_present\\{[^}]*} 1");
    }

    /** By an announcement over TLS; new passwords of the databases count while both run. */
    @Tag("always")
    @Test
    void snapshotsArriveOverTlsAlsoWithNewPasswords() {
        int notes = primary().site().notes().size();
        primary().site().addNote("over TLS");
        snapshot(primary());
        standby().site().awaitContent(notes + 1, 1, FOLLOWS);
        assertThat(standby().replica("status", "--json").successful().json().isObject())
                .isTrue();

        String next = onTheServer(primary());
        assertRefused(primary().primary("snapshot"), ErrorCode.DATABASE_DENIED);
        Folders.writeSecret(primary().layout().passwordFile(), next + "\n");
        Folders.writeSecret(standby().layout().passwordFile(), onTheServer(standby()) + "\n");
        primary().siteService("restart");
        primary().site().awaitMode("primary", ANSWERS);
        primary().site().addNote("with new passwords");

        snapshot(primary());
        standby().site().awaitContent(notes + 2, 1, FOLLOWS);
        assertThat(primary().primaryAgent().orElseThrow().alive()).isTrue();
        assertThat(standby().replicaAgent().orElseThrow().alive()).isTrue();
    }

    private static String onTheServer(Server server) {
        String password = Keys.random(12);
        server.database().execute("postgres", "ALTER ROLE site PASSWORD '" + password + "'");
        return password;
    }

    private Optional<String> get(int port, String path) {
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/" + path))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200 ? Optional.of(answer.body()) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
