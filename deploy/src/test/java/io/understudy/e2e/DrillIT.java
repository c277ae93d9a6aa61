package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.rehearsal.Deadline;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Ports;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import io.understudy.rehearsal.SiteClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Drills of the sample site, its copy on another port: the page of the documentation, done. */
@Tag("slow")
class DrillIT extends Scenario {
    private final int port = Ports.free();

    @Test
    void aDrillPassesAndTheLiveSiteIsByteForByteUntouched() {
        Server standby = following(false).standby();
        String write = "curl -fsS -H Content-Type:text/plain -d %s http://127.0.0.1:" + port + "/notes";
        configure(standby, "smoke writes", write.formatted("rehearsed"));
        Path post = script(
                standby.layout().home().resolve("drill-write"),
                "#!/bin/sh\nset -eu\ntest ! -e \"$UNDERSTUDY_DRILL_MARKER\"\n" + write.formatted("written") + "\n");
        standby.configure(config -> config + "  write: [" + post + "]\n");
        Map<String, String> before = state(standby);

        JsonNode report = standby.replica("drill", "--json").successful().json();

        assertThat(state(standby)).isEqualTo(before);
        assertThat(report.path("result").asText()).isEqualTo("passed");
        assertThat(report.path("content").path("database").asText()).isEqualTo("load");
        assertThat(report.path("steps").findValuesAsText("name"))
                .containsExactly(
                        "check",
                        "database",
                        "files",
                        "start",
                        "health",
                        "leave",
                        "smoke guestbook",
                        "write",
                        "stop",
                        "clean-up");
        assertThat(report.path("steps").findValuesAsText("skipped")).isEmpty();
        assertThat(new SiteClient(URI.create("http://127.0.0.1:" + port + "/")).health())
                .isEmpty();
        assertThat(databases(standby)).doesNotContain("site_drill");
        assertThat(standby.layout().state().resolve("drill")).doesNotExist();
        assertThat(standby.site().notes()).containsExactly("first");
        // The copy was a site in production, with its own name: it took the note.
        assertThat(read(standby.layout().home().resolve("drill.said"))).contains("\"text\":\"rehearsed\"", "Rehearsal");
        Outcome shown = standby.replica("drill", "--show", "latest").successful();
        assertThat(shown.output()).contains("passed", "signature:  good, key ");
        assertThat(standby.replica("drill", "--list").successful().output())
                .contains(report.path("id").asText());
        assertThat(standby.replica("forecast").output()).doesNotContain("no drill", "last drill");
    }

    @Test
    void aDrillThatFailsIsReportedAndChangesNothing() {
        Server standby = following(false).standby();
        configure(standby, "smoke fails", "false");
        Map<String, String> before = state(standby);

        Outcome failed = standby.replica("drill");

        assertThat(failed.exitCode()).isNotZero();
        assertThat(failed.output()).contains("smoke guestbook", "FAILED");
        assertThat(state(standby)).isEqualTo(before);
        assertThat(databases(standby)).doesNotContain("site_drill");
        assertThat(standby.replica("forecast").output()).contains("did not pass");
    }

    @Test
    void aPromotionGivesUpTheDrillOfWhatIsLoadedAhead() {
        ServerPair pair = following(false);
        Server primary = pair.primary();
        Server standby = pair.standby();
        primary.siteService("stop");
        primary.trackChanges();
        primary.siteService("start");
        primary.site().awaitMode("primary", ANSWERS);
        primary.configure(config -> config.replace("primary:\n", "primary:\n  continuous: 1s\n"));
        configure(standby, "smoke waits", "sleep 120");
        primary.startPrimary();
        standby.startReplica();
        primary.site().addNote("ahead");
        Deadline.await("the note is loaded ahead", FOLLOWS, () -> ahead(standby));

        CompletableFuture<Outcome> drill = CompletableFuture.supplyAsync(
                () -> standby.replicaProgram("drill", "--json").run(FOLLOWS));
        SiteClient copy = new SiteClient(URI.create("http://127.0.0.1:" + port + "/"));
        copy.awaitMode("primary", ANSWERS);
        assertThat(copy.notes()).containsExactly("ahead", "first");
        primary.crash();
        standby.replica("promote", "--yes").successful();

        JsonNode report = drill.join().json();
        assertThat(report.path("result").asText()).isEqualTo("abandoned");
        assertThat(report.path("content").path("ahead").asBoolean()).isTrue();
        assertThat(report.path("content").path("database").asText()).isIn("template", "clone");
        standby.site().awaitMode("primary", ANSWERS);
        assertThat(standby.site().notes()).containsExactly("ahead", "first");
        assertThat(databases(standby)).doesNotContain("site_drill");
        assertThat(copy.health()).isEmpty();
    }

    private static boolean ahead(Server standby) {
        return !standby.replica("status", "--json")
                .successful()
                .json()
                .path("ahead")
                .isNull();
    }

    /** @param test what the smoke test runs */
    private void configure(Server standby, String what, String test) {
        Path said = standby.layout().home().resolve("drill.said");
        Path command = script(standby.layout().home().resolve("drill-site"), """
                #!/bin/sh
                set -eu
                file=$UNDERSTUDY_DRILL_FOLDER/site-of-the-drill
                if [ "$1" = start ]; then
                    cat >"$file" <<END
                listen=127.0.0.1:%d
                database.url=jdbc:postgresql://$UNDERSTUDY_DRILL_DATABASE_HOST:$UNDERSTUDY_DRILL_DATABASE_PORT/$UNDERSTUDY_DRILL_DATABASE
                database.user=site
                database.password_file=%s
                media=$UNDERSTUDY_DRILL_TREE_MEDIA
                config=$UNDERSTUDY_DRILL_TREE_CONFIG
                secrets=$UNDERSTUDY_DRILL_TREE_SECURITY
                marker=$UNDERSTUDY_DRILL_MARKER
                END
                fi
                exec %s "$1" "$file"
                """.formatted(
                        port, standby.layout().passwordFile(), site(standby)));
        Path smoke =
                script(standby.layout().home().resolve("drill-smoke"), """
                #!/bin/sh
                set -eu
                # %s
                %s
                curl -fsS http://127.0.0.1:%d/notes http://127.0.0.1:%d/ >%s
                """.formatted(what, test, port, port, said));
        standby.configure(config -> config + """
                drill:
                  start: [%s, start]
                  stop: [%s, stop]
                  health: {http: "http://127.0.0.1:%d/health", within: 60s}
                  smoke:
                    - {name: guestbook, command: [%s]}
                  environment: [JAVA_HOME]
                  rewrite:
                    - {tree: config, path: site.properties, replace: {The Understudy guestbook: Rehearsal}}
                """.formatted(command, command, port, smoke));
    }

    /** The program that the configuration names to start the live one. */
    private static String site(Server standby) {
        return read(standby.layout().config())
                .lines()
                .filter(line -> line.strip().startsWith("start: ["))
                .findFirst()
                .orElseThrow()
                .replaceFirst(".*\\[([^,]+),.*", "$1");
    }

    private static Path script(Path file, String text) {
        try {
            Files.writeString(file, text);
            return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> databases(Server standby) {
        return standby.database().query("postgres", "SELECT datname FROM pg_database");
    }

    /** All that is live, and all that says what is. */
    private static Map<String, String> state(Server standby) {
        Map<String, String> state = new TreeMap<>();
        for (Path tree : List.of(
                standby.layout().media(),
                standby.layout().siteConfig(),
                standby.layout().secrets())) {
            try (Stream<Path> all = Files.walk(tree)) {
                all.forEach(each -> state.put(each.toString(), described(each)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        state.put("marker", read(standby.layout().marker()));
        state.put("replica.json", read(standby.layout().state().resolve("replica.json")));
        state.put("databases", databases(standby).toString());
        state.put(
                "rows",
                standby.database()
                        .query("site", "SELECT schema_to_xml('public', true, false, '')::text")
                        .toString());
        state.put(
                "written",
                standby.database()
                        .query(
                                "site",
                                "SELECT string_agg(relname || ' ' || relfilenode || ' ' || pg_relation_size(oid), ','"
                                        + " ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace")
                        .toString());
        return state;
    }

    private static String described(Path file) {
        try {
            Map<String, Object> attributes = Files.readAttributes(file, "unix:size,lastModifiedTime,ino,mode,uid");
            String content =
                    Files.isRegularFile(file) ? new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1) : "";
            return new TreeMap<>(attributes) + content;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
