package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A standby is another host: it has files and rows of its own, whatever it imports. */
@Tag("slow")
class AnotherHostIT extends Scenario {
    private static final String TEXTS = "SELECT text FROM notes ORDER BY id";

    @Test
    void aStandbyHasItsOwnTextsFilesAndSecrets() throws IOException {
        ServerPair pair = following(false);
        Server standby = pair.standby();
        Path overlay = Files.createDirectories(standby.layout().home().resolve("etc/overlay"));
        Files.writeString(overlay.resolve("local.properties"), "cache=small\n");
        Path secret = standby.layout().secrets().resolve("session.key");
        Files.write(secret, "of the standby".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        standby.configure(
                yaml -> yaml.replace("kind: secrets,", "kind: secrets, apply: never,") + """
                rewrite:
                  - {tree: config, path: "*.properties", from: "upload_limit=104857600", to: "upload_limit=5\\nhost=${replica.name}"}
                  - {tree: config, path: "*.conf", replace: {a: b}}
                  - {tree: config, overlay: %s}
                """.formatted(overlay));

        String dryRun = standby.replica("rewrite", "--dry-run").successful().output();
        assertThat(dryRun)
                .contains("-upload_limit=104857600\n+upload_limit=5\n+host=standby")
                .contains("--- /dev/null\n+++ b/config/local.properties")
                .contains("no effect: rewrite rule 2 (config, *.conf) matches no file")
                .contains("left as it is: tree security (apply: never)");
        assertRefused(standby.replica("rewrite"), ErrorCode.USAGE);
        assertThat(standby.replica("check").output()).contains("rewrite rule 2 (config, *.conf) matches no file");

        pair.primary().site().addNote("second");
        snapshot(pair.primary());
        JsonNode synced = sync(standby);
        assertThat(synced.at("/files/files").findValuesAsText("path"))
                .containsExactly("site.properties", "local.properties");
        assertThat(synced.at("/files/unmatched")).hasSize(1);
        assertThat(synced.at("/files/left/0").asText()).isEqualTo("security");
        standby.site().awaitContent(2, 1, ANSWERS);
        Path live = standby.layout().siteConfig().resolve("site.properties");
        assertThat(Files.readString(live)).endsWith("upload_limit=5\nhost=standby\n");
        assertThat(standby.layout().siteConfig().resolve("local.properties")).hasContent("cache=small\n");
        assertThat(secret).hasContent("of the standby");
        JsonNode status = standby.replica("status", "--json").successful().json();
        assertThat(status.at("/trees_left/0").asText()).isEqualTo("security");
        assertThat(status.path("discrepancies")).isEmpty();

        Files.delete(live);
        assertThat(sync(standby).at("/mended/0/subject").asText()).isEqualTo("files");
        assertThat(Files.readString(live)).endsWith("host=standby\n");
    }

    /** Three databases rotate: the fifth import begins with the one that these rules changed first. */
    @Test
    void aStandbyHasItsOwnRows() throws IOException {
        ServerPair pair = following(false);
        Server standby = pair.standby();
        Path sql = standby.layout().home().resolve("etc/after-load.sql");
        Files.writeString(sql, "SELECT 1;\nUPDATE notes SET txt = 'x';\n");
        standby.configure(
                yaml -> yaml.replace("  connections: 2\n", "  connections: 2\n  after_load: " + sql + "\n") + """
                protect:
                  - {table: notes, where: "id = 1"}
                """);
        standby.database().execute("site", "UPDATE notes SET text = 'of the standby' WHERE id = 1");
        pair.primary().site().addNote("second");
        snapshot(pair.primary());
        Outcome refused = standby.replica("sync");
        assertRefused(refused, ErrorCode.LOAD_FAILED);
        assertThat(refused.errors()).contains("after-load.sql (database.after_load), line 2: ");
        assertThat(standby.database().query("site", TEXTS)).containsExactly("of the standby");

        Files.writeString(sql, "UPDATE notes SET text = text || '!';\n");
        assertThat(sync(standby).at("/database/own").toString())
                .isEqualTo(
                        "{\"tables\":[\"public.notes\"],\"kept\":[{\"table\":\"public.notes\",\"rows\":1,\"gone\":0}],\"unkept\":[],\"maintenance\":0,\"erased\":[]}");
        assertThat(standby.database().query("site", TEXTS)).containsExactly("of the standby", "second!");
        JsonNode last = null;
        for (String text : new String[] {"third", "fourth", "fifth"}) {
            pair.primary().site().addNote(text);
            snapshot(pair.primary());
            last = sync(standby);
            assertThat(last.path("discrepancies")).isEmpty();
        }
        // It began with the database of the first import by these rules.
        assertThat(last.at("/database/full").isNull()).as(last.toString()).isTrue();
        assertThat(last.at("/database/tables/0/why").asText()).contains("had changed it on this server");
        assertThat(last.findValuesAsText("drift")).doesNotContain("true");
        assertThat(standby.database().query("site", TEXTS))
                .containsExactly("of the standby", "second!", "third!", "fourth!", "fifth!");
        standby.replica("verify", "--database").successful();
    }
}
