package io.understudy.primary.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.failure.ErrorCode;
import io.understudy.repository.LastVerified;
import io.understudy.state.StateEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the commands answer, each of which is a fresh process. */
@Tag("slow")
@Timeout(120)
class PrimaryCliTest extends CliScenario {
    /** Each command is a fresh process: it knows the repository by the epoch that this server holds. */
    @Test
    void goesOnWithJunkInPlaceOfTheIdentityAndWritesItAgain() throws Exception {
        run("init");
        Path identity = folder.resolve("repository/understudy.json");
        String before = Files.readString(identity);
        for (String junk : List.of("junk\n", "", before.replace("\"format\":2", "\"format\":3"))) {
            Files.writeString(identity, junk);
            assertThat(run("snapshot")).isZero();
            assertThat(run("status")).isZero();
            assertThat(out.toString()).contains("understudy.json is junk and is passed over");
            assertThat(run("prune")).isZero();
        }
        assertThat(shape(json("init", "--repair", "--json"))).isEqualTo("repository site filestore replaced");
        assertThat(Files.readString(identity)).isEqualTo(before);
        assertThat(run("init", "--repair")).isZero();
        assertThat(out.toString()).contains("is as it should be");

        Files.delete(identity);
        assertThat(run("snapshot")).isZero();
        assertThat(run("init", "--repair")).isZero();
        assertThat(out.toString()).contains("written again; before: ");
        assertThat(Files.readString(identity)).isEqualTo(before);

        Files.writeString(folder.resolve("BACKUP"), "");
        assertThat(run("init", "--repair")).isEqualTo(ErrorCode.BACKUP_MODE.exitCode());
    }

    @Test
    void aKeptTreeThatIsMistypedIsNotPassedOver() throws IOException {
        configure();
        json("init", "--json");
        assertThat(run("orphan", "--kept-tree", "medai=" + folder)).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(err.toString()).contains("cannot save tree \"medai\"", "did you mean media?");
        // One that the configuration had then: the rest is saved.
        run("orphan", "--kept-tree", "pictures-of-then=" + folder);
        assertThat(err.toString()).contains("warning: tree pictures-of-then is not saved");
    }

    @Test
    void whatAServerWithoutAnEpochBeganWithIsAnIdAndOfWhatIsLive() throws IOException {
        configure();
        json("init", "--json");
        assertThat(run("orphan", "--imported", "latest")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(err.toString()).contains("cannot save an orphan with --imported latest: this is no ID");
        assertThat(run("orphan", "--imported", "00000001-00000001", "--kept-tree", "media=" + folder))
                .isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(err.toString()).contains("leave out --imported");
        // It is the primary: what it serves is none of another's epoch.
        assertThat(run("orphan", "--imported", "00000001-00000001")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(err.toString()).contains("so it is the primary");
    }

    @Test
    void stopsTheSiteAndTakesALastSnapshot() throws IOException {
        more = "";
        configure(yaml().replace(
                        "http: \"127.0.0.1:0\"}",
                        "http: \"127.0.0.1:0\", shutdown: {stop: [touch, " + folder + "/stopped], limit: 1m}}"));
        json("init", "--json");
        JsonNode done = json("shutdown", "--json");
        assertThat(shape(done)).startsWith("site problem snapshot{snapshot seconds ");
        assertThat(done.path("site").asText()).isEqualTo("stopped");
        assertThat(folder.resolve("stopped")).exists();
        JsonNode show = json("show", "latest", "--json");
        assertThat(show.path("periods").toString()).isEqualTo("[\"shutdown\"]");
        assertThat(show.path("last").path("site_stopped").asBoolean()).isTrue();
        assertThat(run("show", "latest")).isZero();
        assertThat(out.toString()).contains("last      before this server stopped; the site had been stopped\n");
        json("snapshot", "--json");
        assertThat(json("show", "latest", "--json").has("last")).isFalse();
    }

    @Tag("always")
    @Test
    void takesThePartsThatItIsAskedFor() throws IOException {
        json("init", "--json");
        assertThat(run("snapshot", "--only", "files")).isEqualTo(53);
        json("snapshot", "--json");
        json("snapshot", "--only", "files", "--json");
        json("snapshot", "--only", "database", "--json");
        assertThat(json("show", "latest", "--json")
                        .path("carried")
                        .path(0)
                        .path("part")
                        .asText())
                .isEqualTo("tree media");
        assertThat(run("show", "latest")).isZero();
        assertThat(out.toString())
                .contains("carried   tree media of 00000001-00000002, ")
                .contains("note      rows may name files that are not here");
        assertThat(run("verify", "00000001-00000003")).isZero();
        assertThat(run("snapshot", "--only", "file,database")).isEqualTo(2);
        assertThat(err.toString()).contains("did you mean files?");
    }

    @Test
    void allIsEachPeriodOfTheCalendar() throws IOException {
        json("init", "--json");
        json("snapshot", "--period", "all", "--json");
        assertThat(json("show", "latest", "--json").path("periods").toString())
                .isEqualTo("[\"hourly\",\"daily\",\"weekly\",\"monthly\",\"bimonthly\"]");
    }

    @Test
    void initialisesSnapshotsListsShowsAndVerifies() throws Exception {
        assertThat(run("check")).isEqualTo(ErrorCode.REPOSITORY_MISSING.exitCode());
        assertThat(run("list")).isEqualTo(ErrorCode.REPOSITORY_MISSING.exitCode());
        assertThat(run("init")).isZero();
        assertThat(out.toString()).contains("signing.pub.pem").contains("next: ");
        assertThat(run("init")).isEqualTo(ErrorCode.REPOSITORY_EXISTS.exitCode());
        assertThat(run("verify")).isEqualTo(ErrorCode.SNAPSHOT_UNKNOWN.exitCode());

        JsonNode first = json("snapshot", "--json");
        assertThat(shape(first))
                .isEqualTo("snapshot seconds database{tables rows bytes} files{entries bytes}"
                        + " uploaded_bytes uploaded_blobs reused_bytes down_seconds");
        assertThat(first.path("snapshot").asText()).isEqualTo("00000001-00000001");
        assertThat(first.path("database").path("rows").asInt()).isEqualTo(1);
        assertThat(first.path("files").path("bytes").asInt()).isEqualTo(6);
        assertThat(err.toString()).contains("database: ");
        assertThat(run("snapshot", "--period", "hourly", "--period", "daily")).isZero();
        assertThat(out.toString()).startsWith("snapshot 00000001-00000002 in ");

        JsonNode list = json("list", "--json");
        assertThat(list.path("snapshots")).hasSize(2);
        assertThat(shape(list.path("snapshots").path(0)))
                .isEqualTo("snapshot moment periods server rows database_bytes entries file_bytes stored_bytes"
                        + " uploaded_bytes");
        JsonNode show = json("show", "00000001-00000002", "--json");
        assertThat(shape(show))
                .startsWith("snapshot site moment wal_lsn periods server versions{agent postgres tools}"
                        + " database{name schema_hash archive_bytes properties{")
                .endsWith("trees totals{tables rows database_bytes entries file_bytes stored_bytes uploaded_bytes}");
        assertThat(show.path("periods").toString()).isEqualTo("[\"hourly\",\"daily\"]");
        assertThat(shape(json("verify", "--json"))).isEqualTo("snapshot blobs bytes seconds lock_days locked_until");
        assertThat(json("verify", "00000001-00000001", "--json")
                        .path("snapshot")
                        .asText())
                .isEqualTo("00000001-00000001");
        JsonNode status = json("status", "--json");
        assertThat(shape(status))
                .isEqualTo(
                        "running site server version role epoch highest_epoch marker newest moment unchanged next progress"
                                + " last_error followers refused peers doubled_names junk tracking continuous filestore{name readable seen stores} guard{two_primaries dns}"
                                + " stopped age{moment seconds target_seconds over}");
        assertThat(status.path("running").asBoolean()).isFalse();
        assertThat(status.path("role").asText()).isEqualTo("primary");
        JsonNode check = json("check", "--json");
        assertThat(check.path("ok").asBoolean()).isTrue();
        assertThat(shape(check.path("checks").path(0))).isEqualTo("check state message code hint name ok detail error");
        for (String command : List.of("list", "show 00000001-00000001", "verify", "status", "check")) {
            assertThat(run(command.split(" "))).isZero();
            assertThat(out.toString()).isNotBlank().doesNotStartWith("{");
        }
    }

    @Test
    void checkAndShowSayWhatWouldGiveRightsOnAStandby() throws Exception {
        Path program = Files.writeString(folder.resolve("media/su"), "x");
        Files.setAttribute(program, "unix:mode", 04755);
        Files.createSymbolicLink(folder.resolve("media/out"), Path.of("/etc"));
        run("init");
        run("snapshot");

        assertThat(run("check")).isZero();
        assertThat(out.toString())
                .contains("1 set-uid or set-gid file without these bits, 1 link that may leave the tree left out")
                .contains("set setuid: keep or links: any for this tree")
                .contains("warning  database user: database.user is \"postgres\", which is a superuser");
        assertThat(run("show", "00000001-00000001")).isZero();
        assertThat(out.toString()).contains(", 1 set-uid or set-gid, 1 links out of the tree");
        assertThat(json("show", "00000001-00000001", "--json")
                        .at("/trees/0/outward_links")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void saysWhatIsWrongWithASnapshot() throws Exception {
        run("init");
        run("snapshot");
        run("snapshot");
        assertThat(run("show", "newest")).isEqualTo(2);
        assertThat(run("show", "00000001-00000009")).isEqualTo(ErrorCode.SNAPSHOT_UNKNOWN.exitCode());
        assertThat(err.toString()).contains("the nearest are 00000001-00000002");
        assertThat(run("show", "@2026-01-01")).isEqualTo(ErrorCode.SNAPSHOT_UNKNOWN.exitCode());
        assertThat(run("show", "@0 days ago")).isZero();
        assertThat(out.toString()).contains("00000001-00000002");
        assertThat(run("verify", "latest")).isZero();
        assertThat(err.toString()).contains("latest is 00000001-00000002");
        assertThat(run("snapshot", "--period", "No Label")).isEqualTo(2);
        assertThat(run("snapshot", "--period", "dialy")).isEqualTo(2);
        assertThat(err.toString()).contains("retention would keep it permanently", "did you mean daily?");

        Path manifest = folder.resolve("repository/manifests/00000001-00000001.json");
        String text = Files.readString(manifest);
        Files.writeString(manifest, text.replace("\"rows\":1", "\"rows\":2"));
        assertThat(run("verify", "00000001-00000001", "--json")).isEqualTo(ErrorCode.SIGNATURE_INVALID.exitCode());
        assertThat(JSON.readTree(out.toString()).at("/error/code").asText()).isEqualTo("signature_invalid");
        JsonNode rows = json("list", "--json").path("snapshots");
        assertThat(shape(rows.path(0))).isEqualTo("snapshot error{code message hint}");
        assertThat(rows.path(1).path("rows").asInt()).isEqualTo(1);

        try (Stream<Path> files = Files.walk(folder.resolve("repository/blobs"))) {
            for (Path blob : files.filter(Files::isRegularFile).toList()) {
                Files.delete(blob);
            }
        }
        assertThat(run("verify")).isEqualTo(ErrorCode.BLOB_MISSING.exitCode());
        assertThat(new LastVerified(folder.resolve("state")).read().failure()).isPresent();

        // The note for the next snapshot cannot be written: the verification's own failure is still the command's.
        Path note = StateEntry.FULL_SNAPSHOT.in(folder.resolve("state"));
        Files.delete(note);
        Files.createDirectories(note.resolve("in the way"));
        assertThat(run("verify")).isEqualTo(ErrorCode.BLOB_MISSING.exitCode());
        assertThat(err.toString()).contains("its request cannot be saved");

        assertThat(run("snapshot")).isZero();
        assertThat(run("verify")).isZero();
        assertThat(new LastVerified(folder.resolve("state")).read().failure()).isEmpty();
    }

    @Test
    void checkAndStatusWarnOfTwoStandbysWithOneName() throws Exception {
        run("init");
        assertThat(run("check")).isZero();
        assertThat(out.toString()).contains("ok       replicas: reports of 0");

        Files.createDirectories(folder.resolve("repository/replicas"));
        Files.writeString(
                folder.resolve("repository/replicas/standby.json"),
                "{\"name\":\"standby\",\"holds\":[],\"when\":\"2026-11-20T12:00:00Z\",\"agent\":\"test\","
                        + "\"id\":\"a\",\"namesake\":\"" + Instant.now() + "\"}\n");
        assertThat(run("check")).isZero();
        assertThat(out.toString()).contains("warning  replicas: more than one standby reports as standby");
        assertThat(run("status")).isZero();
        assertThat(out.toString())
                .contains("wrong      more than one standby reports as standby, last seen at ")
                .contains("hint       give each standby its own replica.name");
    }

    @Test
    void listsAllThatIsWrongAtOnce() throws Exception {
        configure(yaml().replace(":" + server.port() + "/", ":1/")
                .replace(
                        folder.resolve("media").toString(),
                        folder.resolve("gone").toString())
                .replace(
                        folder.resolve("repository").toString(),
                        folder.resolve("unmounted").toString()));
        assertThat(run("check", "--json")).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE.exitCode());
        JsonNode found = JSON.readTree(out.toString());
        assertThat(found.path("ok").asBoolean()).isFalse();
        assertThat(found.path("checks").findValuesAsText("code"))
                .contains("filestore_unreachable", "key_missing", "database_unreachable", "file_failed");
        assertThat(run("check")).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE.exitCode());
        assertThat(out.toString()).contains("failed   tree media: ").contains("hint: ");
    }

    @Tag("always")
    @Test
    void refusesInBackupMode() throws Exception {
        run("init");
        Files.createFile(folder.resolve("BACKUP"));
        assertThat(run("snapshot", "--json")).isEqualTo(ErrorCode.BACKUP_MODE.exitCode());
        assertThat(out.toString()).contains("\"backup_mode\"");
        assertThat(json("status", "--json").path("role").asText()).isEqualTo("replica");
    }
}
