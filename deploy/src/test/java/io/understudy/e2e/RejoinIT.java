package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Server;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The old primary comes back: what it never shipped is lost nowhere and mixed with nothing. A, then B, then A. */
@Tag("slow")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RejoinIT extends SharedScenario {
    private String orphan;

    @BeforeAll
    void start() {
        for (Server server : new Server[] {primary(), standby()}) {
            server.configure(
                    config -> config.replace("primary:\n", "primary:\n  schedule: {monthly: \"0 0 31 12 *\"}\n"));
            server.startPrimary();
            server.startReplica();
        }
    }

    @Order(1)
    @Test
    void thePrimaryItselfIsRefusedAndItsSiteGoesOn() {
        assertRefused(primary().replica("rejoin", "--yes"), ErrorCode.USAGE);
        primary().site().awaitMode("primary", ANSWERS);
        assertThat(primary().marked()).isFalse();
    }

    @Order(2)
    @Test
    void whatWasNeverShippedIsSavedBeforeTheOldPrimaryFollows() {
        primary().site().addNote("only on a, one");
        primary().site().addNote("only on a, two");
        primary().site().addUpload("only-a.txt", "only on a".getBytes(StandardCharsets.UTF_8));
        standby().replica("promote", "--yes").successful();
        standby().site().awaitMode("primary", ANSWERS);
        standby().site().addNote("on b");
        snapshot(standby());

        JsonNode rejoined =
                primary().replica("rejoin", "--yes", "--json").successful().json();

        orphan = rejoined.path("orphan").asText();
        assertThat(orphan).startsWith("00000001-");
        assertThat(rejoined.path("created").asBoolean()).isTrue();
        assertThat(primary().marked()).isTrue();
        primary().site().awaitMode("standby", FOLLOWS);
        Deadline.await(
                "a has what b has",
                FOLLOWS,
                () -> primary().site().notes().equals(standby().site().notes()));
        assertThat(primary().site().notes()).containsExactly("on b", "first");
        assertThat(primary().site().download("only-a.txt")).isEmpty();
    }

    /** On the server that was promoted too. */
    @Order(3)
    @Test
    void theOrphanSaysWhatDiffersAndGivesRowsBack() {
        for (Server server : new Server[] {primary(), standby()}) {
            JsonNode all =
                    server.replica("orphans", "list", "--json").successful().json();
            assertThat(all.path("orphans").findValuesAsText("orphan")).containsExactly(orphan);
        }
        assertThat(standby().replica("orphans", "show", orphan).successful().output())
                .contains("table public.notes")
                .contains("tree media");
        assertThat(standby()
                        .replica("orphans", "diff", orphan, "--rows", "notes")
                        .successful()
                        .output())
                .contains("only on a, one")
                .contains("only on a, two")
                .contains("on b");
        assertThat(standby()
                        .replica("orphans", "diff", orphan, "--files")
                        .successful()
                        .output())
                .contains("- media/");
        assertRefused(standby().replica("orphans", "cat", "latest", "media/x"), ErrorCode.USAGE);
        assertRefused(standby().replica("orphans", "dump", "00000001-00000001"), ErrorCode.SNAPSHOT_UNKNOWN);

        String id = idOf("only on a, two");
        String sql = standby()
                .replica("orphans", "restore-row", orphan, "notes", id)
                .successful()
                .output();
        assertThat(sql).contains("only on a, two").doesNotContain("only on a, one");
        standby().database().execute("site", sql);
        // No new row of the site gets the number of one that came back.
        standby().site().addNote("after the row came back");
        assertThat(standby().site().notes()).contains("only on a, two", "on b");
        assertThat(standby().replica("list", "--json").successful().output()).doesNotContain(orphan);
        assertThat(standby().primary("prune", "--dry-run").successful().output())
                .doesNotContain(orphan);
        assertRefused(primary().replica("restore", orphan, "--yes"), ErrorCode.SNAPSHOT_UNKNOWN);
    }

    /** Run again it finds the server a standby, names what it saved, and saves nothing of what it imported. */
    @Order(4)
    @Test
    void aStandbyThatImportedHasNothingMoreToSave() {
        JsonNode again =
                primary().replica("rejoin", "--yes", "--json").successful().json();

        assertThat(again.path("created").asBoolean()).isFalse();
        assertThat(again.path("orphan").asText()).isEqualTo(orphan);
        assertThat(again.path("existed").asBoolean()).isTrue();
    }

    /** Back to A, with writes on B that were not shipped. */
    @Order(5)
    @Test
    void theWayBackLosesNothingEither() {
        snapshot(standby());
        primary().site().awaitContent(4, 1, FOLLOWS);
        standby().site().addNote("only on b");
        primary().replica("promote", "--yes").successful();
        primary().site().awaitMode("primary", ANSWERS);
        primary().site().addNote("on a again");
        snapshot(primary());

        String second = standby()
                .replica("rejoin", "--yes", "--json")
                .successful()
                .json()
                .path("orphan")
                .asText();

        assertThat(second).startsWith("00000002-");
        standby().site().awaitMode("standby", FOLLOWS);
        Deadline.await(
                "b has what a has",
                FOLLOWS,
                () -> standby().site().notes().equals(primary().site().notes()));
        List<String> everywhere = new ArrayList<>(primary().site().notes());
        for (String each : List.of(orphan, second)) {
            everywhere.add(
                    primary().replica("orphans", "show", each).successful().output());
            everywhere.add(primary()
                    .replica("orphans", "diff", each, "--rows", "notes")
                    .successful()
                    .output());
        }
        assertThat(String.join("\n", everywhere))
                .contains("first", "only on a, one", "only on a, two", "on b", "only on b", "on a again");
        assertThat(primary().site().notes()).doesNotContain("only on b", "only on a, one");

        primary().replica("orphans", "drop", second, "--yes").successful();
        assertThat(primary().replica("orphans", "list").successful().output())
                .contains(orphan)
                .doesNotContain(second);
    }

    /** The marker comes by {@code init}, and snapshots are imported before anyone asks for a return. */
    @Order(6)
    @Test
    void whatWasOverwrittenIsSavedOfWhatWasKept() {
        primary().site().addNote("kept of a");
        primary().site().addUpload("kept-of-a.txt", "kept of a".getBytes(StandardCharsets.UTF_8));
        standby().replica("promote", "--yes").successful();
        standby().site().awaitMode("primary", ANSWERS);
        primary().replica("init", "--yes").successful();
        for (String note : List.of("b goes on", "b goes on again")) {
            standby().site().addNote(note);
            snapshot(standby());
            List<String> there = standby().site().notes();
            Deadline.await("a has what b has", FOLLOWS, () -> notesOf(primary()).equals(there));
        }
        primary().site().awaitMode("standby", FOLLOWS);
        assertThat(primary().site().download("kept-of-a.txt")).isEmpty();

        JsonNode rejoined =
                primary().replica("rejoin", "--yes", "--json").successful().json();

        String third = rejoined.path("orphan").asText();
        assertThat(third).startsWith("00000003-");
        assertThat(rejoined.path("missing").isEmpty()).isTrue();
        primary().site().awaitMode("standby", ANSWERS);
        assertThat(standby()
                        .replica("orphans", "diff", third, "--rows", "notes")
                        .successful()
                        .output())
                .contains("kept of a");
        assertThat(standby()
                        .replica("orphans", "diff", third, "--files")
                        .successful()
                        .output())
                .contains("- media/");
        JsonNode again =
                primary().replica("rejoin", "--yes", "--json").successful().json();
        assertThat(again.path("orphan").asText()).isEqualTo(third);
        assertThat(again.path("existed").asBoolean()).isTrue();
    }

    /** None while the site starts again. */
    private static List<String> notesOf(Server server) {
        try {
            return server.site().notes();
        } catch (AssertionError e) {
            return List.of();
        }
    }

    private String idOf(String text) {
        String rows = standby()
                .replica("orphans", "diff", orphan, "--rows", "notes", "--json")
                .successful()
                .output();
        Matcher matcher = Pattern.compile("\"id\":\"(\\d+)\"[^}]*" + text).matcher(rows);
        assertThat(matcher.find()).as(rows).isTrue();
        return matcher.group(1);
    }
}
