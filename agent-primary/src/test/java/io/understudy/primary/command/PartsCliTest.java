package io.understudy.primary.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.failure.ErrorCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code restore --to live} on a primary: files alone, and never the whole site. */
@Tag("slow")
class PartsCliTest extends CliScenario {
    @Test
    void putsFilesBackWhereTheSiteLooksAndTakesThatBack() throws IOException {
        Path file = folder.resolve("media/a.txt");
        json("init", "--json");
        json("snapshot", "--json");
        Files.writeString(file, "overwritten by mistake");
        Files.writeString(folder.resolve("media/b.txt"), "new");

        assertThat(run("restore", "latest", "--to", "live", "--yes")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(err.toString())
                .contains("never replaced by a snapshot as a whole")
                .contains("--tree");
        assertThat(run("restore", "latest", "--to", "live", "--table", "note", "--yes"))
                .isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(err.toString()).contains("restore-row");
        assertThat(run("restore", "latest", "--to", "live", "--tree", "media", "--include-erased", "--yes"))
                .isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(err.toString()).contains("cannot restore erased rows to what is live");
        assertThat(run("restore", "latest", "--to", "live", "--tree", "media"))
                .isEqualTo(ErrorCode.CONFIRMATION_NEEDED.exitCode());
        assertThat(file).hasContent("overwritten by mistake");

        JsonNode done = json("restore", "latest", "--to", "live", "--path", "a.txt", "--yes", "--json");
        assertThat(shape(done)).isEqualTo("snapshot trees put removed bytes undone seconds");
        assertThat(done.path("put").asInt()).isEqualTo(1);
        assertThat(file).hasContent("upload");
        assertThat(folder.resolve("media/b.txt")).hasContent("new");
        // What is kept for the way back is in no snapshot.
        json("snapshot", "--json");
        assertThat(run("find", "restored-*")).isZero();
        assertThat(out.toString()).isEmpty();

        assertThat(json("restore", "--undo", "--yes", "--json").path("undone").asBoolean())
                .isTrue();
        assertThat(file).hasContent("overwritten by mistake");
        assertThat(folder.resolve("state/audit.jsonl"))
                .content()
                .contains("restore --to live", "a.txt", "restore --undo")
                .doesNotContain("confirmation_needed");
        Files.writeString(folder.resolve("BACKUP"), "");
        assertThat(run("restore", "latest", "--to", "live", "--tree", "media", "--yes"))
                .isEqualTo(ErrorCode.BACKUP_MODE.exitCode());
    }
}
