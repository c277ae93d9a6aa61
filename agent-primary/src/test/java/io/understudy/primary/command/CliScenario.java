package io.understudy.primary.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.cli.Terminal;
import io.understudy.config.HostPort;
import io.understudy.testing.FreePorts;
import io.understudy.testing.PostgresServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The whole agent by its command line, on a real database, real files and a repository in a folder. */
abstract class CliScenario {
    static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    final PostgresServer server = PostgresServer.shared();

    String database;

    HostPort listen;

    /** More of the configuration. */
    String more = "";

    /** Whether standard output is a screen. */
    boolean screen;

    StringWriter out;

    StringWriter err;

    @BeforeEach
    void build() throws IOException {
        database = server.createDatabase("cli");
        server.psql(database, "CREATE TABLE note (id int PRIMARY KEY, t text); INSERT INTO note VALUES (1, 'first')");
        Files.writeString(Files.createDirectory(folder.resolve("media")).resolve("a.txt"), "upload");
        Files.createDirectory(folder.resolve("repository"));
        listen = new HostPort("127.0.0.1", FreePorts.next());
        configure();
    }

    @AfterEach
    void drop() {
        server.dropDatabase(database);
    }

    String yaml() {
        return """
                site: example
                state: %1$s/state
                marker: %1$s/BACKUP
                database: {url: "jdbc:postgresql://%2$s:%3$d/%4$s", user: %5$s, password: "%6$s", tools: "%7$s", connections: 2}
                trees:
                  - {name: media, kind: files, path: %1$s/media}
                filestore: {url: "file://%1$s/repository"}
                signing: {private_key: %1$s/signing.pem, trusted_keys: [%1$s/peer.pub.pem]}
                primary: {name: a, listen: "%8$s", replicas: [a.example.net], http: "127.0.0.1:0"}
                %9$s""".formatted(
                        folder,
                        server.host(),
                        server.port(),
                        database,
                        PostgresServer.SUPERUSER,
                        server.password(),
                        server.tools(),
                        listen,
                        more);
    }

    void configure() throws IOException {
        configure(yaml());
    }

    void configure(String yaml) throws IOException {
        Files.writeString(folder.resolve("understudy.yaml"), yaml);
    }

    int run(String... arguments) {
        out = new StringWriter();
        err = new StringWriter();
        Terminal terminal = new Terminal(
                new BufferedReader(new StringReader("")), new PrintWriter(out), new PrintWriter(err), false, false);
        if (screen) {
            terminal =
                    new Terminal(terminal.in(), terminal.out(), terminal.err(), terminal.bytes(), false, false, true);
        }
        String[] all = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "-c";
        all[arguments.length + 1] = folder.resolve("understudy.yaml").toString();
        return new PrimaryCli(terminal).execute(all);
    }

    JsonNode json(String... arguments) throws IOException {
        assertThat(run(arguments)).as(() -> err.toString()).isZero();
        return JSON.readTree(out.toString());
    }

    /** Keys in their order. */
    static String shape(JsonNode object) {
        StringBuilder shape = new StringBuilder();
        object.fieldNames().forEachRemaining(name -> {
            JsonNode value = object.path(name);
            shape.append(shape.isEmpty() ? "" : " ").append(name);
            if (value.isObject()) {
                shape.append('{').append(shape(value)).append('}');
            }
        });
        return shape.toString();
    }
}
