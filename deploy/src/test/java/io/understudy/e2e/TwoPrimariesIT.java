package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.dns.FakeNameServer;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.RunbookPage;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The cases of {@code two-primaries.md}, whose commands are typed as they stand there, but for the first one:
 * {@link RunbookIT} follows that. Each server has writes of its own by then.
 */
@Tag("slow")
class TwoPrimariesIT extends Scenario {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String NAME = "www.example.org";
    private static final String AT_A = "192.0.2.10";
    private static final String AT_B = "198.51.100.10";

    private final RunbookPage page = RunbookPage.of("two-primaries.md");
    private Server a;
    private Server b;
    private Operator atA;
    private Operator atB;
    private StagedFaults faults;

    @BeforeEach
    void twoServers() {
        ServerPair pair = following(false);
        a = pair.primary();
        b = pair.standby();
        atA = new Operator(a);
        atB = new Operator(b);
        faults = new StagedFaults(pair);
        String schedule = "primary:\n  schedule: {monthly: \"0 0 31 12 *\"}\n";
        List.of(a, b).forEach(server -> server.configure(config -> config.replace("primary:\n", schedule)));
    }

    private void startAgents() {
        for (Server server : List.of(a, b)) {
            server.startPrimary();
            server.startReplica();
        }
    }

    /** The standby is promoted while the filestore is away. */
    private void promoteUnfenced() {
        faults.takeStoreAway();
        atB.types("agent-replica promote --unfenced");
        b.site().awaitMode("primary", ANSWERS);
        for (Server server : List.of(a, b)) {
            assertThat(server.site().addNote("on " + server.layout().name())).isEqualTo(201);
        }
    }

    @Test
    void bothHoldAnEpoch() {
        startAgents();
        promoteUnfenced();
        assertThat(status(a).path("role").asText()).isEqualTo("primary");
        assertThat(status(a).path("epoch").asInt()).isEqualTo(1);
        JsonNode promoted = b.replica("status", "--json").successful().json();
        assertThat(promoted.path("state").asText()).isEqualTo("promoted");
        assertThat(promoted.path("epoch").asInt()).isEqualTo(2);
        List<String> lines = page.commands("Both hold an epoch", 0);
        assertThat(lines).hasSize(4);

        atA.types(lines.get(0));
        assertThat(a.site().health()).isEmpty();
        faults.bringStoreBack();
        Deadline.await(
                "a is fenced", FOLLOWS, () -> atA.types(lines.get(1)).output().contains("fenced"));
        String rejoined = atA.types(lines.get(2)).output();
        atA.types(lines.get(3));

        awaitFollows(a, b);
        assertThat(b.site().notes()).contains("on standby").doesNotContain("on primary");
        assertThat(rowsOf(orphanOf(rejoined))).contains("on primary").doesNotContain("on standby");
    }

    /** The copy of a stands where b was: what it has is of a's last snapshot, and it thinks that it is a. */
    @Test
    void aClone() throws IOException {
        String own = Files.readString(b.layout().config());
        Folders.delete(b.layout().state());
        copied(a.layout().state(), b.layout().state());
        copied(a.layout().privateKey(), b.layout().privateKey());
        copied(a.layout().publicKey(), b.layout().publicKey());
        b.configure(config -> config.replace("name: standby", "name: primary")
                .replace("replicas: [\"primary\"]", "replicas: [\"standby\"]"));
        Files.delete(b.layout().marker());
        b.siteService("restart");
        startAgents();
        a.site().addNote("on the original");
        b.site().addNote("on the copy");
        snapshot(b);
        Deadline.await("a reports it", FOLLOWS, () -> signs(a).contains("store"));
        assertThat(status(b).path("epoch")).isEqualTo(status(a).path("epoch"));
        List<String> stop = page.commands("A clone", 0);
        List<String> standby = page.commands("A clone", 1);
        List<String> original = page.commands("A clone", 2);
        assertThat(List.of(stop.size(), standby.size(), original.size())).containsExactly(1, 3, 2);

        atB.types(stop.get(0));
        assertThat(b.site().health()).isEmpty();
        Files.writeString(b.layout().config(), own);
        standby.forEach(atB::types);
        original.forEach(atA::types);

        awaitFollows(b, a);
        assertThat(a.site().notes()).contains("on the original").doesNotContain("on the copy");
        assertThat(status(a).path("role").asText()).isEqualTo("primary");
        assertThat(b.marked()).isTrue();
    }

    private static void copied(Path from, Path to) {
        Program.of("cp", "-a", from, to).run(LIMIT).successful();
    }

    @Test
    void theNamesPointToTheOtherServer() {
        try (FakeNameServer names = new FakeNameServer()) {
            names.set(NAME, AT_A);
            for (Server server : List.of(a, b)) {
                String here = server == a ? "primary" : "standby";
                server.configure(config -> config + dns(here, names.address().port()));
            }
            startAgents();
            List<String> look = page.commands("The names point to the other server", 0);
            assertThat(look).hasSize(1);

            theOtherOneWasPromoted(names, look.get(0));
            theNamesWereNotSwitched(names, look.get(0));
            theNamesWereMoved(names, look.get(0));
        }
    }

    /** And this one has not seen that: the filestore is away. */
    private void theOtherOneWasPromoted(FakeNameServer names, String look) {
        awaitAgrees(a);
        names.whenUpdated(() -> names.set(NAME, AT_B));
        promoteUnfenced();
        Deadline.await("a reports it", FOLLOWS, () -> signs(a).contains("dns"));
        assertThat(atB.types(look).output())
                .contains("promoted, not in backup mode")
                .containsPattern("epoch +2");

        atA.types(rowOf("promoted, of a higher epoch", 0));
        assertThat(a.site().health()).isEmpty();
        faults.bringStoreBack();
        String asked = rowOf("promoted, of a higher epoch", 1);
        Deadline.await("a is fenced", FOLLOWS, () -> atA.types(asked).output().contains("fenced"));
        String rejoined = atA.types(rowOf("promoted, of a higher epoch", 2)).output();
        atA.types(rowOf("promoted, of a higher epoch", 3));
        awaitFollows(a, b);
        assertThat(rowsOf(orphanOf(rejoined))).contains("on primary");
    }

    private void theNamesWereNotSwitched(FakeNameServer names, String look) {
        names.set(NAME, AT_A);
        assertThat(b.replica("dns").exitCode()).isNotZero();
        assertThat(atA.types(look).output()).contains(", in backup mode");

        atB.types(rowOf("a standby, and this server was promoted", 0));

        assertThat(b.replica("dns").successful().output()).contains(AT_B);
    }

    private void theNamesWereMoved(FakeNameServer names, String look) {
        awaitAgrees(b);
        names.set(NAME, AT_A);
        Deadline.await("b reports it", FOLLOWS, () -> signs(b).contains("dns"));
        assertThat(atA.types(look).output()).contains(", in backup mode");
        assertThat(a.site().addNote("refused")).isEqualTo(503);

        atB.types(rowOf("a standby, and this server was the primary all the time", 0));

        assertThat(b.replica("dns").successful().output()).contains(AT_B);
        Deadline.await("b reports it no more", FOLLOWS, () -> signs(b).isEmpty());
    }

    /** The marker was written, and its site was not restarted. */
    @Test
    void theOtherSiteSaysThatItIsInProduction() throws IOException {
        a.configure(config -> config + "peer:\n  health_url: "
                + b.layout().siteUrl().resolve("health") + "\n  production: '\"mode\":\"primary\"'\n");
        String url = b.layout().siteUrl().toString();
        b.configure(
                config -> config + "rehearse:\n  read: [curl, -fsS, \"" + url + "\"]\n  write: [curl, -fsS, -d, x, \""
                        + url + "notes\"]\n  jobs: [sh, -c, \"curl -fsS " + url + "health | grep -q standby\"]\n");
        Files.delete(b.layout().marker());
        b.siteService("restart");
        b.site().awaitMode("primary", ANSWERS);
        Files.createFile(b.layout().marker());
        startAgents();
        assertThat(b.site().addNote("on standby")).isEqualTo(201);
        Deadline.await("a reports it", FOLLOWS, () -> signs(a).contains("health"));
        List<String> lines = page.commands("The other site says that it is in production", 0);
        assertThat(lines).hasSize(2);

        atB.types(lines.get(0));
        assertThat(atB.types(lines.get(1)).output()).doesNotContain("not tried");

        Deadline.await("a reports it no more", FOLLOWS, () -> signs(a).isEmpty());
        a.site().addNote("on primary");
        snapshot(a);
        awaitFollows(b, a);
    }

    /** What the row of the table says is to be typed. @param number of the command in the row, from 0 on */
    private String rowOf(String other, int number) {
        String row = page.text()
                .lines()
                .filter(line -> line.startsWith("| " + other + " |"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no row: " + other));
        return Pattern.compile("`((?:agent|systemctl)[^`]*)`")
                .matcher(row)
                .results()
                .map(found -> found.group(1))
                .toList()
                .get(number);
    }

    private static String dns(String here, int port) {
        return """
                dns:
                  name: %s
                  resolvers: ["127.0.0.1:%d"]
                  here: %s
                  expected: {primary: %s, standby: %s}
                  every: 10s
                  wait: 10s
                  update: {server: "127.0.0.1:%d", zone: example.org, ttl: 1s}
                """.formatted(NAME, port, here, AT_A, AT_B, port);
    }

    private static JsonNode status(Server server) {
        return server.primary("status", "--json").successful().json();
    }

    /** Where that server sees another primary. */
    private static List<String> signs(Server server) {
        return status(server).path("guard").path("two_primaries").findValuesAsText("source");
    }

    /** The server in production has seen that the names point to it. */
    private static void awaitAgrees(Server server) {
        Deadline.await(
                "the names agree",
                FOLLOWS,
                () -> status(server).path("guard").path("dns").path("agrees").asBoolean());
    }

    private void awaitFollows(Server standby, Server primary) {
        standby.site().awaitMode("standby", FOLLOWS);
        Deadline.await("the standby shows what the primary shows", FOLLOWS, () -> showsTheSame(standby, primary));
    }

    /** A site that is being restarted shows nothing. */
    private static boolean showsTheSame(Server one, Server other) {
        try {
            return one.site().notes().equals(other.site().notes());
        } catch (AssertionError away) {
            return false;
        }
    }

    private static String orphanOf(String rejoined) {
        assertThat(rejoined).containsPattern("orphan [0-9]{8}-[0-9]{8}");
        return rejoined.replaceFirst("(?s)^.*?orphan ([0-9]{8}-[0-9]{8}).*$", "$1");
    }

    /** The notes that the orphan alone has. */
    private List<String> rowsOf(String orphan) {
        JsonNode diff = b.replica("orphans", "diff", orphan, "--rows", "notes", "--json")
                .successful()
                .json();
        return StreamSupport.stream(diff.path("rows").spliterator(), false)
                .filter(each -> each.path("change").asText().equals("-"))
                .map(each -> each.path("row").path("text").asText())
                .toList();
    }
}
