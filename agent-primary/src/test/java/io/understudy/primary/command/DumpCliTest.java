package io.understudy.primary.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code agent-primary dump}. */
@Tag("slow")
class DumpCliTest extends CliScenario {
    @Tag("always")
    @Test
    void writesWhatPsqlLoads() throws Exception {
        configure();
        json("init", "--json");
        json("snapshot", "--json");

        assertThat(run("dump", "latest")).as(() -> err.toString()).isZero();
        assertThat(out.toString()).contains("snapshot 00000001-00000001").endsWith("The dump is complete.\n--\n");
        String copy = server.createDatabase("dumped");
        server.psql(copy, out.toString());
        assertThat(server.content(copy)).isEqualTo(server.content(database));

        Path folder = this.folder.resolve("dump");
        assertThat(json("dump", "latest", "--format", "directory", "--to", folder.toString(), "--json")
                        .path("to")
                        .asText())
                .isEqualTo(folder.toString());
        assertThat(folder.resolve("toc.dat")).exists();
        Path file = this.folder.resolve("schema.sql");
        assertThat(run("dump", "latest", "--schema-only", "--to", file.toString()))
                .isZero();
        assertThat(out).hasToString("00000001-00000001 is dumped to " + file + "\n");
        assertThat(Files.readString(file)).contains("CREATE TABLE").doesNotContain("COPY ");

        refused(ErrorCode.USAGE, "exclude each other", "--schema-only", "--data-only");
        assertThat(run("dump", "latest", "--format", "directory"))
                .as(() -> err.toString())
                .isZero();
        assertThat(out.toString()).startsWith("toc.dat").contains("PGDMP", "COPY \"public\".\"note\" ", "1\tfirst");
        screen = true;
        refused(ErrorCode.USAGE, "to the terminal: it is binary", "--format", "directory");
        screen = false;
        refused(ErrorCode.USAGE, "--no-owner is for a script", "--format", "directory", "--no-owner");
        refused(ErrorCode.USAGE, "cannot find table nothing: the snapshot has none of this name", "--table", "nothing");
        refused(ErrorCode.USAGE, "it exists already", "--to", file.toString());
    }

    private void refused(ErrorCode code, String message, String... options) {
        String[] all = new String[options.length + 2];
        all[0] = "dump";
        all[1] = "latest";
        System.arraycopy(options, 0, all, 2, options.length);
        assertThat(run(all)).isEqualTo(code.exitCode());
        assertThat(err.toString()).contains("error: ").contains(message).contains("hint: ");
        assertThat(out.toString()).isEmpty();
    }
}
