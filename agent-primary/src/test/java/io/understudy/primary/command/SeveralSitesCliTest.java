package io.understudy.primary.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.cli.Terminal;
import io.understudy.failure.ErrorCode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A folder of configurations: one site that works, one without a database server, and a file that is none. */
@Timeout(120)
class SeveralSitesCliTest extends CliScenario {
    private Path sites;

    @BeforeEach
    void configureAll() throws IOException {
        more = "replica: {http: \"127.0.0.1:0\"}\n";
        sites = Files.createDirectory(folder.resolve("sites"));
        String good = yaml().replace("listen: \"" + listen + "\"", "listen: \"127.0.0.1:0\"");
        Files.writeString(sites.resolve("example.yaml"), good);
        Files.writeString(sites.resolve("faulty.yaml"), "sight: faulty\n");
        Path own = Files.createDirectories(folder.resolve("lost/media")).getParent();
        Files.createDirectory(own.resolve("repository"));
        Files.writeString(
                sites.resolve("lost.yaml"),
                good.replace("site: example", "site: lost")
                        .replace(folder.toString(), own.toString())
                        .replace("://" + server.host() + ":" + server.port() + "/", "://127.0.0.1:1/"));
    }

    private int several(String... arguments) {
        out = new StringWriter();
        err = new StringWriter();
        return program(out, err).execute(with(arguments));
    }

    private String[] with(String... arguments) {
        String[] all = new String[arguments.length + 2];
        all[0] = "--config";
        all[1] = sites.toString();
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return all;
    }

    private static PrimaryCli program(StringWriter out, StringWriter err) {
        return new PrimaryCli(new Terminal(
                new BufferedReader(new StringReader("")), new PrintWriter(out), new PrintWriter(err), false, false));
    }

    private JsonNode sitesOf(String command) throws IOException {
        several(command, "--json");
        return JSON.readTree(out.toString()).path("sites");
    }

    @Test
    void aSiteThatWorksWorksNextToOthersThatDoNot() throws Exception {
        assertThat(several("init", "--site", "example")).as(err.toString()).isZero();
        Thread daemons =
                new Thread(() -> program(new StringWriter(), new StringWriter()).execute(with("run")));
        daemons.start();
        try {
            await().until(() ->
                    sitesOf("status").path(0).path("result").path("running").asBoolean());
            assertThat(several("snapshot", "--site", "example"))
                    .as(err.toString())
                    .isZero();

            JsonNode listed = sitesOf("list");
            assertThat(listed.path(0).path("result").path("snapshots").size()).isEqualTo(1);
            assertThat(listed.path(1).path("site").asText()).isEqualTo("faulty");
            assertThat(listed.path(1).path("error").path("code").asText()).isEqualTo("config_invalid");
            assertThat(listed.path(2).path("error").path("code").asText()).isEqualTo("repository_missing");
            assertThat(several("snapshot")).isEqualTo(ErrorCode.USAGE.exitCode());
            assertThat(err.toString()).contains("has example, faulty, lost");
        } finally {
            daemons.interrupt();
            daemons.join();
        }
        assertThat(sitesOf("status").path(0).path("result").path("running").asBoolean())
                .as("all have ended")
                .isFalse();
    }

    @Test
    void whatTwoSitesShareIsSaidByCheckAndRefusedByRun() throws Exception {
        Path lost = sites.resolve("lost.yaml");
        Files.writeString(lost, Files.readString(lost).replace(folder + "/lost/media", folder + "/media"));

        String said = "trees.media is trees.media of example: " + folder + "/media";
        assertThat(several("check", "--site", "lost")).isNotZero();
        assertThat(out.toString()).contains(said);
        several("check");
        assertThat(out.toString()).contains("site example\n", "site faulty\n", "site lost\n", said);
        assertThat(several("run", "--site", "lost")).isEqualTo(ErrorCode.CONFIG_INVALID.exitCode());
        assertThat(err.toString()).contains("cannot run lost next to the other sites: " + said);
    }
}
