package io.understudy.postgres;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Secret;
import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.config.Settings.Ownership;
import io.understudy.failure.ErrorCode;
import io.understudy.process.CommandResult;
import io.understudy.process.CommandRunner;
import io.understudy.process.SystemCommandRunner;
import io.understudy.testing.PostgresServer;
import io.understudy.testing.ScriptedCommandRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PgToolsTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path root;

    @Test
    void takesTheProgramsOfTheServersOwnVersionOrTheNextLater() throws IOException {
        install("usr/lib/postgresql/12/bin", "12.22");
        install("usr/lib/postgresql/15/bin", "15.19 (Debian 15.19-0+deb12u1)");
        install("usr/pgsql-17/bin", "17.2");
        install("usr/local/pgsql/bin", "18beta1");
        PgTools tools = tools(Optional.empty(), "");
        assertThat(tools.forDump(120004))
                .isEqualTo(new Toolset(root.resolve("usr/lib/postgresql/12/bin"), 12, "12.22"));
        assertThat(tools.forDump(140004).version()).isEqualTo("15.19 (Debian 15.19-0+deb12u1)");
        assertThat(tools.forDump(160000).major()).isEqualTo(17);
        assertThat(tools.forDump(180000).version()).isEqualTo("18beta1");
        assertFails(ErrorCode.TOOL_UNFIT, () -> tools.forDump(190000))
                .hasMessageContaining("cannot dump a PostgreSQL 19 server")
                .hasMessageContaining("pg_dump in " + root + "/usr/lib/postgresql/12/bin is 12.22");
    }

    @Test
    void findsProgramsOnTheSearchPathButNotDebiansWrapper() throws IOException {
        install("opt/pg/bin", "16.1");
        install("usr/share/postgresql-common", "18.0");
        Path wrapper = Files.move(
                root.resolve("usr/share/postgresql-common/pg_dump"),
                root.resolve("usr/share/postgresql-common/pg_wrapper"));
        Path bin = Files.createDirectories(root.resolve("usr/bin"));
        Files.createSymbolicLink(bin.resolve("pg_dump"), wrapper);
        Files.createSymbolicLink(bin.resolve("pg_restore"), wrapper);
        String path = root.resolve("missing") + "::" + bin + ":" + root.resolve("opt/pg/bin");
        PgTools tools = tools(Optional.empty(), path);
        assertThat(tools.forDump(150000).folder()).isEqualTo(root.resolve("opt/pg/bin"));
        assertFails(ErrorCode.TOOL_UNFIT, () -> tools.forDump(170000));
    }

    @Test
    void looksNowhereElseWhenTheFolderIsTold() throws IOException {
        install("usr/lib/postgresql/15/bin", "15.1");
        Path told = install("told", "14.1");
        PgTools tools = tools(Optional.of(told), "");
        assertThat(tools.forDump(140000).folder()).isEqualTo(told);
        assertFails(ErrorCode.TOOL_UNFIT, () -> tools.forDump(150000))
                .hasMessage("cannot dump a PostgreSQL 15 server: version 15 or later is needed; pg_dump in " + told
                        + " is 14.1");
        assertFails(
                        ErrorCode.TOOL_UNFIT,
                        () -> tools(Optional.of(root.resolve("empty")), "").forDump(150000))
                .hasMessageContaining("no working pg_dump and pg_restore in " + root + "/empty");
    }

    /** So no snapshot starts a process whose answer is known. */
    @Test
    void asksEachProgramOnceUntilItIsReplaced() throws IOException {
        Path told = install("told", "15.1");
        Path asked = root.resolve("asked");
        script(told.resolve("pg_dump"), "echo x >> " + asked + "; echo 'pg_dump (PostgreSQL) 15.1'");
        PgTools tools = tools(Optional.of(told), "");
        tools.forDump(150000);
        tools.named("other").forDump(150000);
        assertThat(Files.readAllLines(asked)).hasSize(1);
        script(told.resolve("pg_dump"), "echo 'pg_dump (PostgreSQL) 15.22'");
        assertThat(tools.forDump(150000).version()).isEqualTo("15.22");
    }

    @Test
    void ignoresProgramsThatDoNotWork() throws IOException {
        Path broken = install("usr/lib/postgresql/16/bin", "16.1");
        script(broken.resolve("pg_dump"), "exit 127");
        install("usr/lib/postgresql/17/bin", "17.1");
        assertThat(tools(Optional.empty(), "").forDump(160000).major()).isEqualTo(17);
    }

    @Test
    void restoresWithNothingOlderThanTheArchiveOrTheServer() throws IOException {
        install("usr/lib/postgresql/15/bin", "15.19");
        install("usr/lib/postgresql/16/bin", "16.2");
        install("usr/lib/postgresql/17/bin", "17.2");
        PgTools tools = tools(Optional.empty(), "");
        assertThat(tools.forRestore("15.2 (Debian)", 150004).major()).isEqualTo(15);
        assertThat(tools.forRestore("16.2", 150004).major()).isEqualTo(16);
        assertThat(tools.forRestore("15.2", 170004).major()).isEqualTo(17);
        assertFails(ErrorCode.TOOL_UNFIT, () -> tools.forRestore("18beta1", 150004))
                .hasMessageContaining("cannot restore into PostgreSQL 15 what pg_dump 18 wrote");
    }

    /** pg_restore sets transaction_timeout from 17 on. */
    @Test
    void knowsWhichProgramsRestoreIntoAServerBefore17() throws IOException {
        install("usr/lib/postgresql/17/bin", "17.2");
        PgTools tools = tools(Optional.empty(), "");
        assertFails(ErrorCode.TOOL_UNFIT, () -> tools.forRestore("15.2", 150004))
                .hasMessageContaining("version 15 to 16 is needed; pg_dump in ");
        assertFails(ErrorCode.TOOL_UNFIT, () -> tools.forRestore("17.2", 150004))
                .hasMessageContaining("pg_restore 17 works only with servers from PostgreSQL 17 on");
        assertThat(tools.forRestore("17.2", 170004).major()).isEqualTo(17);
        assertThat(PgTools.isTooLate(17, 160004)).isTrue();
        assertThat(PgTools.isTooLate(16, 150004)).isFalse();
        assertThat(PgTools.isTooLate(18, 170004)).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ID=debian\\nVERSION_CODENAME=bookworm|15|run apt install postgresql-client-15",
                "ID=debian\\nVERSION_CODENAME=trixie|15|run apt install postgresql-client-15 with the packages of https://apt.postgresql.org, as this release has PostgreSQL 17",
                "ID=ubuntu\\nID_LIKE=debian\\nVERSION_CODENAME=noble|16|run apt install postgresql-client-16",
                "ID=\"rocky\"\\nID_LIKE=\"rhel centos fedora\"|16|install postgresql16 from https://yum.postgresql.org",
                "ID=alpine|16|install the client programs of PostgreSQL 16",
                "|16|install the client programs of PostgreSQL 16",
            })
    void namesThePackageOfThisSystem(String release, int major, String installation) throws IOException {
        Files.createDirectories(root.resolve("etc"));
        if (release != null) {
            Files.writeString(root.resolve("etc/os-release"), release.replace("\\n", "\n"));
        }
        assertThat(ClientPackage.installation(root, major)).isEqualTo(installation);
    }

    @Test
    void givesThePasswordInTheEnvironmentAndShieldsFromTheAgentsOwn() throws IOException {
        Path bin = install("tools", "15.1");
        script(bin.resolve("pg_dump"), "printf '%s\\n' \"$@\"; env | grep ^PG | sort");
        PgTools tools = tools(Optional.of(bin), "");
        CommandResult result = run(tools, bin.resolve("pg_dump"), List.of("--format=custom"));
        assertThat(result.errors()).isEmpty();
        assertThat(result.output().lines())
                .containsExactly(
                        "--dbname=host='127.0.0.1' port='5432' user='o\\'hara' dbname='a b\\\\c' application_name='understudy'"
                                + " connect_timeout='10' sslmode='disable' client_encoding='UTF8' options='-c jit=off'",
                        "--no-password",
                        "--format=custom",
                        "PGPASSWORD=s3cr:et");
    }

    /** What is in the environment of the agent: another server's name, the keys of the filestore. */
    @Test
    void nothingElseOfTheAgentsEnvironmentReachesTheProgram() throws IOException {
        Path bin = install("tools", "15.1");
        ScriptedCommandRunner scripted =
                new ScriptedCommandRunner().on(command -> true, command -> ScriptedCommandRunner.Answer.ok(""));
        PgTools tools = tools(Optional.of(bin), "", scripted);
        run(tools, bin.resolve("pg_dump"), List.of());
        tools.runOffline(bin.resolve("pg_restore"), List.of("--list"), LIMIT, UnaryOperator.identity());
        assertThat(scripted.commands())
                .hasSize(2)
                .allSatisfy(command -> assertThat(command.inherited())
                        .doesNotContain("PGSERVICE", "PGHOST", "PGOPTIONS", "PGPASSWORD", "S3_SECRET_KEY"));
        assertThat(scripted.commands().get(1).environment()).doesNotContainKey("PGPASSWORD");
    }

    @Test
    void reachesARealServerWithAnOddPassword() {
        PostgresServer server = PostgresServer.shared();
        String role = server.newName("odd 'role\\");
        String database = server.createDatabase("odd='x' \\ name");
        String password = "a:b\\'c\"=% é";
        server.createRole(role, "LOGIN PASSWORD " + PostgresServer.literal(password));
        DatabaseSettings settings = server.settings(database, role, password, Ownership.PRESERVE);
        PgTools tools = new PgTools(settings, new SystemCommandRunner(root));
        Toolset programs = tools.forDump(150000);
        CommandResult result =
                tools.run(programs.dump(), database, List.of("--schema-only"), LIMIT, UnaryOperator.identity());
        assertThat(result.errors()).isEmpty();
        assertThat(result.output()).contains("PostgreSQL database dump complete");
    }

    private static CommandResult run(PgTools tools, Path program, List<String> arguments) {
        return tools.run(program, "a b\\c", arguments, LIMIT, UnaryOperator.identity());
    }

    private PgTools tools(Optional<Path> configured, String searched) {
        return tools(configured, searched, new SystemCommandRunner(root.resolve("output")));
    }

    private PgTools tools(Optional<Path> configured, String searched, CommandRunner runner) {
        DatabaseSettings settings = new DatabaseSettings(
                "127.0.0.1",
                5432,
                "site",
                Map.of("sslmode", "disable", "reWriteBatchedInserts", "true"),
                "o'hara",
                Secret.of("s3cr:et"),
                "postgres",
                configured,
                1,
                Ownership.PRESERVE,
                Duration.ofSeconds(1));
        return new PgTools(
                settings, runner, root, searched, "understudy", database -> new StartupSettings("-c jit=off", "UTF8"));
    }

    private Path install(String folder, String version) throws IOException {
        Path bin = Files.createDirectories(root.resolve(folder));
        for (String program : List.of("pg_dump", "pg_restore")) {
            script(bin.resolve(program), "echo '" + program + " (PostgreSQL) " + version + "'");
        }
        return bin;
    }

    private static void script(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
