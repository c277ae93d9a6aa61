package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.RunbookPage;
import io.understudy.rehearsal.Server;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The commands of the runbook in {@code failover.md} and of {@code two-primaries.md}, line by line as they stand there,
 * by an operator at a terminal who answers {@code y}. What an operator fills in are the names of the servers and the
 * IDs that the commands before told.
 */
@Tag("slow")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RunbookIT extends SharedScenario {
    private final RunbookPage failover = RunbookPage.of("failover.md");
    private Operator a;
    private Operator b;
    private String orphan;

    @BeforeAll
    void start() {
        for (Server server : List.of(primary(), standby())) {
            server.configure(
                    config -> config.replace("primary:\n", "primary:\n  schedule: {monthly: \"0 0 31 12 *\"}\n"));
            server.startPrimary();
            server.startReplica();
        }
        a = new Operator(primary());
        b = new Operator(standby());
        a.knows("b", b);
        b.knows("a", a);
    }

    @Order(1)
    @Test
    void theStandbyTakesOver() {
        // The number of the first one is given again on b.
        primary().site().addNote("not shipped either");
        primary().site().addNote("never shipped");
        primary().site().addUpload("late.txt", "never shipped either".getBytes(StandardCharsets.UTF_8));
        List<String> lines = failover.commands("The runbook", 0);
        assertThat(lines).hasSize(4);

        Outcome before = b.types(lines.get(0));
        assertThat(before.output()).contains("applied:");
        b.types(lines.get(1));
        assertThat(primary().site().health()).as("the old primary's site").isEmpty();
        b.types(lines.get(2));
        standby().site().awaitMode("primary", ANSWERS);
        assertThat(b.types(lines.get(3)).output()).contains("primary").containsPattern("epoch\\s+2");
        assertThat(standby().site().addNote("on b")).isEqualTo(201);
        snapshot(standby());
    }

    @Order(2)
    @Test
    void theOldPrimaryComesBack() {
        List<String> lines = failover.commands("The runbook", 1);
        assertThat(lines).hasSize(4);

        orphan = id(a.types(lines.get(0)));
        a.types(lines.get(1));
        assertThat(a.types(lines.get(2).replace("ID", orphan)).output()).contains("table public.notes");
        assertThat(a.types(lines.get(3)).output()).isNotEmpty();
        primary().site().awaitMode("standby", FOLLOWS);
        Deadline.await("a has what b has", FOLLOWS, this::bothShowTheSame);
        assertThat(primary().site().notes()).contains("on b").doesNotContain("never shipped");
    }

    @Order(3)
    @Test
    void whatWasSavedIsLookedAtAndBroughtBack() {
        List<String> lines = failover.commands("The return of the old primary", 0);
        assertThat(lines).hasSize(7);

        assertThat(b.types(lines.get(0)).output()).contains(orphan);
        b.types(lines.get(1).replace("ID", orphan));
        String diff =
                b.types(lines.get(2).replace("ID", orphan) + " --rows notes").output();
        assertThat(diff).contains("never shipped");
        String key = diff.lines()
                .filter(line -> line.contains("never shipped"))
                .findFirst()
                .orElseThrow()
                .replaceFirst("^\\D*(\\d+).*$", "$1");
        String file = standby()
                .replica("orphans", "diff", orphan, "--files")
                .successful()
                .output()
                .lines()
                .filter(line -> line.startsWith("- media/"))
                .findFirst()
                .orElseThrow()
                .substring(2);
        assertThat(b.pipes(lines.get(3).replace("ID", orphan).replace("PATH", file))
                        .output())
                .isEqualTo("never shipped either");
        assertThat(b.pipes(lines.get(4).replace("ID", orphan).replace(" --database NAME", ""))
                        .output())
                .contains("COPY ", "never shipped");
        String sql = b.pipes(lines.get(5)
                        .replace("ID", orphan)
                        .replace("TABLE", "notes")
                        .replace("KEY", key))
                .output();
        standby().database().execute("site", sql);
        assertThat(standby().site().notes()).contains("never shipped", "on b");
        b.types(lines.get(6).replace("ID", orphan));
        assertThat(b.types(lines.get(0)).output()).doesNotContain(orphan);
    }

    @Order(4)
    @Test
    void aPlannedMoveGoesBackToTheOldPrimary() {
        snapshot(standby());
        Deadline.await("a has what b has", FOLLOWS, this::bothShowTheSame);
        List<String> lines = failover.commands("A planned move", 0);
        assertThat(lines).hasSize(2);

        assertThat(b.types(lines.get(0).replace(" b", " a")).output()).contains("stop the site");
        b.types(lines.get(1).replace(" b", " a"));

        primary().site().awaitMode("primary", ANSWERS);
        standby().site().awaitMode("standby", FOLLOWS);
        assertThat(primary().site().notes()).contains("never shipped", "on b");
        assertThat(standby().marked()).isTrue();
    }

    @Order(5)
    @Test
    void aSnapshotThatIsBadIsLeft() {
        primary().site().addNote("wrong");
        String bad = snapshot(primary()).path("snapshot").asText();
        Deadline.await("b has it", FOLLOWS, () -> applied().equals(bad));
        List<String> lines = failover.commands("A snapshot is bad", 0);
        assertThat(lines).hasSize(3);

        b.types(lines.get(0));
        assertThat(applied()).isNotEqualTo(bad);
        String older = applied();
        assertThat(b.types(lines.get(1)).output()).contains(older, bad);
        b.types(lines.get(2).replaceFirst("[0-9]{8}-[0-9]{8}", bad));
        assertThat(applied()).isEqualTo(bad);
    }

    /** The fenced server's site was started again, and its visitors wrote. */
    @Order(6)
    @Test
    void ofTwoPrimariesTheFencedOneFollows() {
        b.types(failover.commands("The runbook", 0).get(2));
        standby().site().awaitMode("primary", ANSWERS);
        assertThat(primary().site().addNote("to the wrong one")).isEqualTo(201);
        Deadline.await(
                "a is fenced",
                FOLLOWS,
                () -> primary().primary("status").output().contains("fenced"));
        List<String> lines = RunbookPage.of("two-primaries.md").commands("One server is fenced", 0);
        assertThat(lines).hasSize(2);

        String saved = id(a.types(lines.get(0)));
        a.types(lines.get(1));

        primary().site().awaitMode("standby", FOLLOWS);
        assertThat(standby()
                        .replica("orphans", "diff", saved, "--rows", "notes")
                        .successful()
                        .output())
                .contains("to the wrong one");
    }

    /** A site that is being restarted shows nothing. */
    private boolean bothShowTheSame() {
        try {
            return primary().site().notes().equals(standby().site().notes());
        } catch (AssertionError away) {
            return false;
        }
    }

    private String applied() {
        JsonNode status = standby().replica("status", "--json").successful().json();
        return status.path("applied").asText();
    }

    private static String id(Outcome rejoined) {
        String text = rejoined.output();
        assertThat(text).containsPattern("[0-9]{8}-[0-9]{8}");
        return text.replaceFirst("(?s)^.*?([0-9]{8}-[0-9]{8}).*$", "$1");
    }
}
