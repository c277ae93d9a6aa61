package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Layout;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** With certificates the agents speak TLS and both sides prove who they are. */
@Tag("slow")
class TlsIT extends Scenario {
    /** From another host: one port, and behind it a listed name alone. */
    @Test
    void anotherHostReachesFollowAloneAndFollowsByItsName() throws IOException {
        ServerPair pair = following(false);
        Layout primary = pair.primary().layout();
        Layout standby = pair.standby().layout();
        try (OtherHost other = OtherHost.join(primary.primaryPort())) {
            pair.primary().configure(config -> listening(config, primary));
            pair.primary().startPrimary();
            pair.standby().startReplica();
            for (int port : ports(primary, standby)) {
                assertThat(other.reaches(port)).as("without tls, port " + port).isFalse();
            }
            pair.primary().primaryAgent().orElseThrow().kill();
            pair.standby().replicaAgent().orElseThrow().kill();

            Certificates certificates = Certificates.install(pair);
            certificates.issueFor(primary.name(), primary.name() + ",IP:" + other.here());
            pair.primary().startPrimary();
            for (int port : ports(primary, standby)) {
                assertThat(other.reaches(port)).as("with tls, port " + port).isEqualTo(port == primary.primaryPort());
            }
            // A machine that runs other tests too may need more than one try's time.
            Deadline.await(
                    "the check of the peer passes",
                    ANSWERS,
                    () -> peer(other, pair).path("state").asText().equals("ok"));

            certificates.issueFor(standby.name(), "stranger");
            JsonNode unlisted = peer(other, pair);
            assertThat(unlisted.path("code").asText()).isEqualTo("peer_refused");
            assertThat(unlisted.path("message").asText()).contains("lists none of the names");

            certificates.issueOfAnotherAuthority(standby.name());
            other.there(certificates.caller(standby.name(), other.here() + ":" + primary.primaryPort()))
                    .run(ANSWERS);
            Awaitility.await().atMost(ANSWERS).untilAsserted(() -> {
                JsonNode status =
                        pair.primary().primary("status", "--json").successful().json();
                assertThat(status.at("/refused/why").asText()).contains("of another authority");
                assertThat(status.at("/peers/0/refused/why").asText()).contains("of another authority");
                assertThat(status.at("/peers/0/called").asText()).isNotEmpty();
            });
        }
    }

    private static int[] ports(Layout primary, Layout standby) {
        return new int[] {primary.primaryPort(), primary.primaryHttp(), standby.primaryPort(), standby.replicaHttp()};
    }

    private static String listening(String config, Layout primary) {
        return config.replace("listen: 127.0.0.1:" + primary.primaryPort(), "listen: 0.0.0.0:" + primary.primaryPort());
    }

    /** What {@code check} of the standby says of the primary when it runs on the other host. */
    private static JsonNode peer(OtherHost other, ServerPair pair) {
        Server standby = pair.standby();
        Path config = standby.layout().config();
        String before = text(config);
        String address = other.here() + ":" + pair.primary().layout().primaryPort();
        standby.configure(text -> text.replaceFirst("primaries: .*", "primaries: [\"" + address + "\"]"));
        try {
            JsonNode checks = other.there(standby.replicaProgram("check", "--json"))
                    .run(ANSWERS)
                    .json()
                    .path("checks");
            for (JsonNode check : checks) {
                if (check.path("check").asText().equals("peer " + address)) {
                    return check;
                }
            }
            throw new AssertionError("no check of the peer " + address + ": " + checks);
        } finally {
            standby.configure(text -> before);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
