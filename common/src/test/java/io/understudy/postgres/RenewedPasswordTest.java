package io.understudy.postgres;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.config.SettingsFile;
import io.understudy.failure.ErrorCode;
import io.understudy.process.SystemCommandRunner;
import io.understudy.testing.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A password that is renewed on the server and on disk while an agent runs. */
class RenewedPasswordTest {
    private static final PostgresServer SERVER = PostgresServer.shared();

    @TempDir
    private Path folder;

    private String role;
    private String database;
    private Path config;

    @BeforeEach
    void createARole() {
        role = SERVER.newName("renewed");
        SERVER.createRole(role, "LOGIN PASSWORD 'first'");
        database = SERVER.createDatabase("renewed");
        config = folder.resolve("understudy.yaml");
    }

    @AfterEach
    void drop() {
        SERVER.dropDatabase(database);
        SERVER.psql("postgres", "DROP ROLE " + role);
    }

    /** In a file of its own, as the example has it, and in the configuration itself. */
    @ParameterizedTest
    @ValueSource(strings = {"password_file: %s/db.password", "password: first"})
    void countsWithoutARestart(String setting) throws IOException {
        write("first");
        Database running = new Database(load(setting.formatted(folder)));
        requireLogin(running);

        onTheServer("second");
        assertFails(ErrorCode.DATABASE_DENIED, running::open);
        write("second");
        Files.writeString(config, Files.readString(config).replace("password: first", "password: second"));

        requireLogin(running);
    }

    @Test
    void theOldOneIsUsedUntilTheServerRefusesIt() throws IOException {
        write("first");
        Database running = new Database(load("password_file: " + folder + "/db.password"));

        write("second");
        requireLogin(running);
        onTheServer("second");
        requireLogin(running);
    }

    @Test
    void anEmptyOrMissingFileOrABrokenConfigurationLeavesTheOldOne() throws IOException {
        write("first");
        Database running = new Database(load("password_file: " + folder + "/db.password"));
        onTheServer("second");

        write("");
        assertFails(ErrorCode.DATABASE_DENIED, running::open);
        Files.delete(folder.resolve("db.password"));
        assertFails(ErrorCode.DATABASE_DENIED, running::open);
        Files.move(config, folder.resolve("away"));
        assertFails(ErrorCode.DATABASE_DENIED, running::open);
        onTheServer("first");
        requireLogin(running);

        Files.move(folder.resolve("away"), config);
        write("third");
        onTheServer("third");
        requireLogin(running);
    }

    @Test
    void theDatabasesOwnProgramsGetItToo() throws IOException {
        write("first");
        DatabaseSettings settings = load("password_file: " + folder + "/db.password");
        PgTools tools = new PgTools(settings, new SystemCommandRunner(folder.resolve("commands")));
        Toolset found = tools.forDump(Integer.parseInt(SERVER.psql("postgres", "SHOW server_version_num")));

        onTheServer("second");
        write("second");

        assertThat(tools.run(
                                found.dump(),
                                database,
                                java.util.List.of("--schema-only"),
                                Duration.ofSeconds(30),
                                each -> each)
                        .exitCode())
                .isZero();
    }

    private void requireLogin(Database running) {
        try (Session session = running.open()) {
            assertThat(session).isNotNull();
        }
    }

    private DatabaseSettings load(String password) throws IOException {
        Files.writeString(
                config, """
                site: example
                marker: %s/BACKUP
                database:
                  url: jdbc:postgresql://127.0.0.1:%d/%s
                  user: %s
                  tools: %s
                  %s
                filestore: {url: "file://%s"}
                """.formatted(folder, SERVER.port(), database, role, SERVER.tools(), password, folder));
        return SettingsFile.load(config).database();
    }

    private void write(String password) throws IOException {
        Files.writeString(folder.resolve("db.password"), password + "\n");
    }

    private void onTheServer(String password) {
        SERVER.psql("postgres", "ALTER ROLE " + role + " PASSWORD '" + password + "'");
    }
}
