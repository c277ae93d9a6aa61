package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A primary that loses its rows and files takes its standby along only when an operator says so. */
@Tag("slow")
class HoldsIT extends Scenario {
    private static final int UNSURE = 73;

    @Test
    void whatLostMostOfItsRowsIsHeldUntilItIsAcceptedAndAnOldPrimaryStopsItsSite() {
        ServerPair pair = following(false);
        Server primary = pair.primary();
        Server standby = pair.standby();
        Path fenced = primary.layout().home().resolve("fenced");
        primary.configure(config ->
                config + """
                on_fenced: [/bin/sh, -c, "%s stop %s && touch %s"]
                closure:
                  - {tree: media, query: "select file from uploads"}
                """.formatted(programs().site(), primary.layout().siteFile(), fenced));
        standby.configure(config -> config + """
                holds:
                  rows_drop: 30%
                  min_rows: 5
                  closure: hold
                """);
        write(primary, 10);
        primary.site().addUpload("second.txt", "second upload".getBytes(StandardCharsets.UTF_8));
        snapshot(primary);
        sync(standby);
        List<String> whole = primary.site().notes();
        assertThat(standby.site().notes()).isEqualTo(whole).hasSize(11);

        primary.database().execute("site", "DELETE FROM notes WHERE id > 3");
        String few = snapshot(primary).path("snapshot").asText();
        JsonNode held = held(standby);

        assertThat(held.path("snapshot").asText()).isEqualTo(few);
        assertThat(held.toString()).contains("public.notes").contains("11 → 3 rows");
        assertThat(standby.site().notes()).isEqualTo(whole);
        Outcome forecast = standby.replica("forecast");
        assertThat(forecast.exitCode()).as(forecast.toString()).isEqualTo(UNSURE);
        assertThat(forecast.output()).contains(few, "is held");
        assertThat(standby.replica("accept", "00000001-00000099").exitCode()).isNotZero();
        standby.replica("accept", few).successful();
        assertThat(standby.site().notes()).isEqualTo(primary.site().notes()).hasSize(3);

        lose(primary, "first.txt");
        String without = snapshot(primary).path("snapshot").asText();
        assertThat(held(standby).path("snapshot").asText()).isEqualTo(without);
        standby.replica("reject", without).successful();
        assertThat(standby.site().download("first.txt")).isPresent();
        assertThat(held(standby).isObject()).isFalse();

        primary.startPrimary();
        standby.replica("promote", "--yes").successful();

        Deadline.await("the old primary has stopped its site", FOLLOWS, () -> Files.exists(fenced));
        assertThat(primary.site().health()).isEmpty();
        standby.site().awaitMode("primary", ANSWERS);
        assertThat(standby.site().download("first.txt")).isPresent();
    }

    private static void write(Server server, int notes) {
        for (int i = 0; i < notes; i++) {
            server.site().addNote("note " + i);
        }
    }

    /** After a round. */
    private static JsonNode held(Server standby) {
        sync(standby);
        return standby.replica("status", "--json").successful().json().path("held");
    }

    private static void lose(Server server, String upload) {
        String file = server.database()
                .query("site", "SELECT file FROM uploads WHERE name = '" + upload + "'")
                .get(0);
        try {
            Files.delete(server.layout().media().resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
