package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MetricsIT extends Scenario {
    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void bothAgentsTellWhatMonitoringNeedsAndKnowItAgainAfterARestart() {
        ServerPair pair = following(false);
        Certificates.install(pair);
        pair.primary()
                .configure(
                        config -> config.replace("primary:\n", "primary:\n  schedule: {monthly: \"0 0 31 12 *\"}\n"));
        pair.primary().primary("verify").successful();
        pair.standby().replica("verify", "--mirror").successful();
        pair.primary().startPrimary();
        pair.standby().startReplica();
        int primary = pair.primary().layout().primaryHttp();
        int standby = pair.standby().layout().replicaHttp();

        Deadline.await(
                "the primary is ready", ANSWERS, () -> get(primary, "readyz").isPresent());
        Deadline.await(
                "the standby is ready", ANSWERS, () -> get(standby, "readyz").isPresent());
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
