package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Who may ask the agents for what, with other users of the host and certificates that should not count. */
@Tag("slow")
class AccessIT extends Scenario {
    private static final Duration COMMAND = Duration.ofSeconds(120);

    /** What the configuration lets the user {@code nobody} read is all that it needs to connect. */
    @Test
    void anotherUserOfTheHostCommandsNeitherAgentAndItsOwnerAlsoAfterAKill() throws IOException {
        assumeTrue("root".equals(System.getProperty("user.name")), "needs root, to run a command as another user");
        ServerPair pair = following(false);
        Server standby = pair.standby();
        pair.primary().startPrimary();
        standby.startReplica();
        JsonNode before = standby.replica("status", "--json").successful().json();

        Outcome promotion = asNobody(standby, standby.replicaProgram("promote", "--yes", "--force", "--unfenced"));
        Outcome snapshot = asNobody(pair.primary(), pair.primary().primaryProgram("snapshot", "--period", "evil"));
        Outcome status = asNobody(pair.primary(), pair.primary().primaryProgram("status"));

        for (Outcome each : List.of(promotion, snapshot, status)) {
            assertRefused(each, ErrorCode.FILE_DENIED);
        }
        JsonNode after = standby.replica("status", "--json").successful().json();
        assertThat(standby.marked()).isTrue();
        assertThat(after.path("state")).isEqualTo(before.path("state"));
        assertThat(pair.primary().primary("list", "--json").successful().output())
                .doesNotContain("evil");
        aKillLeavesCommandsAndAgainOneDaemon(pair.primary());
    }

    /** As after kill -9: the socket is there, and no process listens. */
    private static void aKillLeavesCommandsAndAgainOneDaemon(Server primary) {
        primary.primaryAgent().orElseThrow().kill();
        assertThat(primary.layout().state().resolve("primary.sock")).exists();

        snapshot(primary);
        primary.startPrimary();
        JsonNode status = primary.primary("status", "--json").successful().json();

        assertThat(status.path("running").asBoolean()).isTrue();
        assertRefused(primary.primary("run"), ErrorCode.LOCKED);
    }

    private static Outcome asNobody(Server server, Program command) throws IOException {
        // Its own copy: the one of the agents names a password file that it can't read.
        Path config = Files.createTempFile("nobody", ".yaml");
        try {
            String password = Files.readString(server.layout().passwordFile()).strip();
            Files.writeString(
                    config,
                    Files.readString(server.layout().config())
                            .replaceAll("password_file: .*", "password: \"" + password + "\""));
            config.toFile().setReadable(true, false);
            List<Object> words = Stream.concat(
                            Stream.of("-u", "nobody", "--"),
                            command.command().stream()
                                    .map(word ->
                                            word.equals(server.layout().config().toString())
                                                    ? config.toString()
                                                    : word))
                    .map(Object.class::cast)
                    .toList();
            return Program.of("/usr/sbin/runuser", words.toArray())
                    .with(command.environment())
                    .run(COMMAND);
        } finally {
            Files.delete(config);
        }
    }

    /** The link is down then, with a reason on both sides; commands and the fence need no certificate. */
    @Test
    void anExpiredCertificateStopsNeitherAnImportNorAPromotion() throws IOException {
        ServerPair pair = following(false);
        Certificates certificates = Certificates.install(pair);
        certificates.issueExpired(pair.standby().layout().name());
        certificates.remove(pair.primary().layout().name());
        pair.primary().startPrimary();
        JsonNode status =
                pair.primary().primary("status", "--json").successful().json();
        assertThat(status.at("/refused/address").asText()).isEqualTo("each standby");
        assertThat(status.at("/refused/why").asText()).contains("does not exist");
        assertThat(pair.primary().primary("check").exitCode()).isEqualTo(ErrorCode.TLS_UNUSABLE.exitCode());
        certificates.issue(pair.primary().layout().name());
        assertThat(pair.standby().replica("init", "--yes").successful().errors())
                .contains("warning: cannot use the files of tls", "the certificate expired at ");
        certificates.issueFor(pair.standby().layout().name(), "stranger");
        pair.standby().startReplica();
        awaitReasons(pair, "which primary.replicas does not list", "primary.replicas lists none of the names");
        assertDoesNotFollow(pair.standby(), pair.primary());
        certificates.issueExpired(pair.standby().layout().name());
        pair.primary().site().addNote("not over TLS");
        snapshot(pair.primary());
        pair.standby().site().awaitContent(2, 1, FOLLOWS);

        awaitReasons(pair, "its certificate has expired", "it rejects this server's certificate: it expired");
        // One for each reason, however often they are refused.
        assertThat(warnings(pair.primary().layout().log("agent-primary"))).isBetween(2L, 4L);
        assertThat(warnings(pair.standby().layout().log("agent-replica"))).isEqualTo(2);
        pair.primary().primaryAgent().orElseThrow().kill();
        pair.primary().siteService("stop");
        JsonNode promoted = pair.standby()
                .replica("promote", "--yes", "--json")
                .successful()
                .json();

        assertThat(promoted.path("epoch").asInt()).isEqualTo(2);
        assertThat(pair.standby().marked()).isFalse();
        assertThat(Files.readString(pair.standby().layout().state().resolve("audit.jsonl")))
                .contains("\"what\":\"promote\"", "\"outcome\":\"done\"", "(uid 0)");
        pair.standby().replica("audit", "verify").successful();
    }

    /** Its certificate is of the same authority, and the primary does not list it. */
    private static void assertDoesNotFollow(Server standby, Server primary) throws IOException {
        assertThat(primary.primary("status", "--json").successful().json().path("followers"))
                .isEmpty();
        assertThat(Files.readString(primary.layout().state().resolve("audit.jsonl")))
                .contains("\"what\":\"follow\"", "refused: its certificate is for", "127.0.0.1");
        assertThat(warnings(primary.layout().log("agent-primary"))).isBetween(1L, 2L);
        assertThat(warnings(standby.layout().log("agent-replica"))).isEqualTo(1);
    }

    private static void awaitReasons(ServerPair pair, String ofThePrimary, String ofTheStandby) {
        awaitReason(() -> pair.primary().primary("status", "--json"), "/refused/why", ofThePrimary);
        awaitReason(() -> pair.standby().replica("status", "--json"), "/primaries/0/error", ofTheStandby);
    }

    private static void awaitReason(Supplier<Outcome> status, String where, String reason) {
        Deadline.await("\"" + reason + "\" in " + where, FOLLOWS, () -> {
            Outcome outcome = status.get();
            return outcome.exitCode() == 0 && outcome.json().at(where).asText().contains(reason);
        });
    }

    private static long warnings(Path log) {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.contains("peer_refused")).count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
