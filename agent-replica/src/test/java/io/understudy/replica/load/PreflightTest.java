package io.understudy.replica.load;

import static io.understudy.testing.Failures.assertFails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.understudy.config.RowChanges;
import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.config.Settings.Ownership;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.DiskSpace;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseNames;
import io.understudy.process.SystemCommandRunner;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseKind;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.DatabaseProperties.Extension;
import io.understudy.repository.DatabaseProperties.Grant;
import io.understudy.repository.DatabaseProperties.Setting;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.StreamRef;
import io.understudy.testing.PostgresServer;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("slow")
class PreflightTest {
    private static final PostgresServer SERVER = PostgresServer.shared();
    private static final DiskSpace ROOMY = folder -> OptionalLong.of(1L << 40);

    private final String site = SERVER.newName("preflight");

    @TempDir
    private Path state;

    @BeforeAll
    static void createRoles() {
        SERVER.createRole("helpless", "LOGIN PASSWORD 'x'");
        SERVER.createRole("creator", "LOGIN PASSWORD 'x' CREATEDB");
    }

    @Tag("always")
    @Test
    void passesWhereNothingIsMissing() {
        assertThatCode(() -> asSuperuser().preflight(manifest(new Needs()))).doesNotThrowAnyException();
    }

    @Tag("always")
    @Test
    void listsAllMissingRolesWhereverTheyAreNamed() {
        Needs needs = new Needs();
        needs.roles = List.of("role a", "postgres");
        needs.owner = "role b";
        needs.settings = List.of(new Setting("role c", "work_mem", "1MB"), new Setting(null, "work_mem", "1MB"));
        needs.grants =
                List.of(new Grant("role d", null, "CONNECT", false), new Grant("postgres", "role e", "CONNECT", false));
        assertFails(ErrorCode.MISSING_ROLE, () -> asSuperuser().preflight(manifest(needs)))
                .hasMessageContaining("\"role a\", \"role b\", \"role c\", \"role d\", \"role e\"")
                .hasMessageStartingWith("cannot load 00000001-00000001: ");
        assertThat(hint(() -> asSuperuser().preflight(manifest(needs)))).contains("database.ownership: single");
    }

    @Tag("always")
    @Test
    void needsNoRolesWhereOwnershipIsSingle() {
        Needs needs = new Needs();
        needs.roles = List.of("role a");
        DatabaseLoader loader = loader(SERVER.settings(site, "creator", "x", Ownership.SINGLE), ROOMY);
        assertThatCode(() -> loader.preflight(manifest(needs))).doesNotThrowAnyException();
    }

    @Tag("always")
    @Test
    void listsMissingAndOutdatedExtensions() {
        Needs needs = new Needs();
        needs.extensions = List.of(
                new Extension("no_such_extension", "3.3.2", "public"),
                new Extension("hstore", "99.1", "public"),
                new Extension("pg_trgm", "1.0", "public"));
        assertFails(ErrorCode.MISSING_EXTENSION, () -> asSuperuser().preflight(manifest(needs)))
                .hasMessageContaining("no_such_extension 3.3.2, hstore 99.1 (it has 1.8)")
                .hasMessageNotContaining("pg_trgm");
    }

    @Tag("always")
    @Test
    void refusesAUserWhoMayNotCreateDatabases() {
        assertFails(
                        ErrorCode.MISSING_PRIVILEGE,
                        () -> as("helpless", Ownership.SINGLE).preflight(manifest(new Needs())))
                .hasMessageContaining("user \"helpless\" may not create databases");
    }

    @Tag("always")
    @Test
    void refusesAUserWhoMayNotGiveObjectsToTheirOwners() {
        assertFails(
                        ErrorCode.MISSING_PRIVILEGE,
                        () -> as("creator", Ownership.PRESERVE).preflight(manifest(new Needs())))
                .hasMessageContaining("may give nothing to \"postgres\"");
    }

    @Tag("always")
    @Test
    void refusesUntrustedExtensionsForAPlainUser() {
        Needs needs = new Needs();
        needs.extensions = List.of(
                new Extension("postgres_fdw", "1.0", "public"),
                new Extension("hstore", "1.0", "public"),
                new Extension("plpgsql", "1.0", "pg_catalog"));
        assertFails(
                        ErrorCode.MISSING_PRIVILEGE,
                        () -> as("creator", Ownership.SINGLE).preflight(manifest(needs)))
                .hasMessageContaining("only a superuser may create the extension postgres_fdw");
    }

    @Tag("always")
    @Test
    void refusesALiveDatabaseThatTheUserMayNotRenameAndSessionsItMayNotEnd() throws SQLException {
        SERVER.psql("postgres", "CREATE DATABASE \"" + site + "\";");
        try (Connection connection = SERVER.connect(site)) {
            assertThat(connection.isValid(5)).isTrue();
            assertFails(
                            ErrorCode.MISSING_PRIVILEGE,
                            () -> as("creator", Ownership.SINGLE).preflight(manifest(new Needs())))
                    .hasMessageContaining("may not rename database \"" + site + "\"")
                    .hasMessageContaining("may not end the sessions of \"postgres\"");
        }
    }

    @Test
    void findsWhatIsBoundToTheNameOfADatabase() {
        Needs needs = new Needs();
        needs.extensions = List.of(new Extension("pg_cron", "1.4", "pg_catalog"));
        assertFails(ErrorCode.MISSING_EXTENSION, () -> asSuperuser().preflight(manifest(needs)))
                .hasMessageContaining(
                        "pg_cron, which a server allows only in the database that cron.database_name names")
                .hasMessageNotContaining("lacks");
        assertThat(hint(() -> asSuperuser().preflight(manifest(needs)))).contains("cron.schedule_in_database");
    }

    @Test
    void findsThatPgHbaLetsNobodyIntoTheSpareDatabase() throws IOException {
        try (PostgresServer strict = PostgresServer.start()) {
            Path rules = strict.dataFolder().resolve("pg_hba.conf");
            Files.writeString(rules, "host postgres,site all 127.0.0.1/32 scram-sha-256\n");
            strict.psql("postgres", "SELECT pg_reload_conf();");
            DatabaseLoader loader = loader(strict.settings("site"), ROOMY);
            assertFails(ErrorCode.DATABASE_DENIED, () -> loader.preflight(manifest(new Needs())))
                    .hasMessageContaining("may not connect to database \""
                            + DatabaseNames.of("site").spare() + "\"");
            Files.writeString(rules, "host all all 127.0.0.1/32 scram-sha-256\n");
            strict.psql("postgres", "SELECT pg_reload_conf();");
            loader.preflight(manifest(new Needs()));
        }
    }

    @Test
    void refusesAServerOlderThanTheSource() {
        Needs needs = new Needs();
        needs.server = 990001;
        assertFails(ErrorCode.SERVER_TOO_OLD, () -> asSuperuser().preflight(manifest(needs)))
                .hasMessageContaining("from 99");
    }

    @Test
    void refusesAnArchiveThatIsNewerThanPgRestore() {
        Needs needs = new Needs();
        needs.tools = "99.1 (Debian 99.1-1)";
        assertFails(ErrorCode.TOOL_UNFIT, () -> asSuperuser().preflight(manifest(needs)));
    }

    @Test
    void refusesAPgRestoreThatSpeaksOfWhatTheServerDoesNotKnow() throws IOException {
        // From 17 on pg_restore speaks of more; a server of 17 knows that, and refuses an older one.
        int server = major();
        String unfit = server < 17 ? "17.2" : "14.2";
        String fit = server < 16 ? server + " to 16" : server == 16 ? "16" : server + " or later";
        Path tools = Files.createDirectory(state.resolve("tools"));
        for (String program : List.of("pg_dump", "pg_restore")) {
            Path file = Files.writeString(
                    tools.resolve(program), "#!/bin/sh\necho '" + program + " (PostgreSQL) " + unfit + "'\n");
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
        DatabaseSettings own = SERVER.settings(site);
        DatabaseSettings settings = new DatabaseSettings(
                own.host(),
                own.port(),
                own.name(),
                own.parameters(),
                own.user(),
                own.password(),
                own.maintenance(),
                Optional.of(tools),
                own.connections(),
                own.ownership(),
                own.lockTimeout());
        assertFails(ErrorCode.TOOL_UNFIT, () -> loader(settings, ROOMY).preflight(manifest(new Needs())))
                .hasMessageContaining("version " + fit + " is needed")
                .hasMessageContaining("is " + unfit);
    }

    @Test
    void refusesLocalesAndEncodingsThatTheServerLacks() {
        Needs needs = new Needs();
        needs.encoding = "UTF-128";
        needs.locale = "xx_YY.UTF-8";
        needs.provider = "builtin";
        UnderstudyException failure = catchThrowableOfType(
                UnderstudyException.class, () -> asSuperuser().preflight(manifest(needs)));
        assertThat(failure.code()).isEqualTo(ErrorCode.MISSING_EXTENSION);
        assertThat(failure).hasMessageContaining("encoding UTF-128").hasMessageContaining("locale \"xx_YY.UTF-8\"");
        assertThat(failure.hint()).contains("dpkg-reconfigure locales");
    }

    @Test
    void refusesWhenThereIsTooLittleRoomForDatabaseOrArchive() {
        DiskSpace full = folder -> OptionalLong.of(folder.equals(state) ? 1L << 40 : 1000);
        assertFails(
                        ErrorCode.DISK_FULL,
                        () -> loader(SERVER.settings(site), full).preflight(manifest(new Needs())))
                .hasMessageContaining(SERVER.dataFolder().toString());
        DiskSpace fullState = folder -> OptionalLong.of(folder.equals(state) ? 10 : 1L << 40);
        assertFails(
                        ErrorCode.DISK_FULL,
                        () -> loader(SERVER.settings(site), fullState).preflight(manifest(new Needs())))
                .hasMessageContaining(state.toString());
        DiskSpace unknown = folder -> OptionalLong.empty();
        assertThatCode(() -> loader(SERVER.settings(site), unknown).preflight(manifest(new Needs())))
                .doesNotThrowAnyException();
    }

    @Tag("always")
    @Test
    void refusesToWorkFromWithinTheSitesOwnDatabase() {
        DatabaseLoader loader = loader(SERVER.settings("postgres"), ROOMY);
        assertFails(ErrorCode.CONFIG_INVALID, () -> loader.preflight(manifest(new Needs())))
                .hasMessageContaining("database.maintenance");
    }

    @Test
    void refusesAForeignDatabaseOfTheSparesName() {
        SERVER.psql("postgres", "CREATE DATABASE \"" + DatabaseNames.of(site).spare() + "\";");
        assertFails(ErrorCode.DATABASE_FOREIGN, () -> asSuperuser().preflight(manifest(new Needs())));
    }

    @Test
    void tellsOfAllFaultsAtOnce() {
        Needs needs = new Needs();
        needs.server = 990001;
        needs.tools = "99.1";
        needs.roles = List.of("nobody here");
        needs.extensions = List.of(new Extension("no_such_extension", "3.3.2", "public"));
        needs.locale = "xx_YY.UTF-8";
        DiskSpace full = folder -> OptionalLong.of(0);
        DatabaseLoader loader = loader(SERVER.settings(site, "helpless", "x", Ownership.PRESERVE), full);
        assertFails(ErrorCode.SERVER_TOO_OLD, () -> loader.preflight(manifest(needs)))
                .hasMessageContainingAll(
                        "this server is PostgreSQL " + major(),
                        "pg_dump 99",
                        "nobody here",
                        "may not create databases",
                        "no_such_extension",
                        "xx_YY",
                        "MiB");
    }

    @ParameterizedTest
    @CsvSource({
        "1.8,1.8,0",
        "1.8,1.10,-1",
        "3.3.2,3.3,1",
        "2.0,1.9.9,1",
        "v1.2,1.2,0",
        "1.0-beta2,1.0-beta10,-1",
        "unpackaged,1,-1"
    })
    @Tag("always")
    void ordersVersionsByTheirNumbers(String left, String right, int order) {
        assertThat(Integer.signum(VersionText.compare(left, right))).isEqualTo(order);
    }

    private static int major() {
        return Integer.parseInt(SERVER.psql("postgres", "SHOW server_version_num")) / 10_000;
    }

    private DatabaseLoader asSuperuser() {
        return loader(SERVER.settings(site), ROOMY);
    }

    private DatabaseLoader as(String user, Ownership ownership) {
        return loader(SERVER.settings(site, user, "x", ownership), ROOMY);
    }

    private DatabaseLoader loader(DatabaseSettings settings, DiskSpace disk) {
        return new DatabaseLoader(
                new Database(settings), RowChanges.NONE, state, new SystemCommandRunner(state), Ticker.system(), disk);
    }

    private static String hint(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        return catchThrowableOfType(UnderstudyException.class, call).hint();
    }

    /** What a snapshot asks of the server; by default, nothing that it lacks. */
    private static final class Needs {
        private int server = 150000;
        private String tools = "15.0";
        private String encoding = "UTF8";
        private String locale = "C.UTF-8";
        private String provider = "libc";
        private String owner = "postgres";
        private List<String> roles = List.of();
        private List<Setting> settings = List.of();
        private List<Grant> grants;
        private List<Extension> extensions = List.of();
    }

    private static Manifest manifest(Needs needs) {
        DatabaseProperties properties = new DatabaseProperties(
                needs.encoding,
                needs.locale,
                needs.locale,
                needs.provider,
                null,
                null,
                null,
                needs.owner,
                -1,
                null,
                needs.settings,
                needs.grants,
                needs.extensions,
                needs.roles);
        DatabaseData data = new DatabaseData(
                "site",
                DatabaseKind.POSTGRESQL,
                properties,
                "00",
                1 << 20,
                new StreamRef(1 << 20, List.of(), null),
                StreamRef.of(List.of()),
                StreamRef.of(List.of()),
                StreamRef.of(List.of()));
        return RealSnapshot.manifest(data, 1, needs.server, needs.tools);
    }
}
