package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replica.load.LoadReport;
import io.understudy.replica.load.LoadReport.By;
import io.understudy.replica.load.LoadReport.TableLoad;
import io.understudy.testing.PostgresServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random changes, imported by differences, lead to the database of the source, as an import in full does. A seed
 * replays; {@code deploy/soak --differential} plays as many as wanted.
 */
@Tag("slow")
class DifferentialTest {
    private static final int ROUNDS = Integer.getInteger("understudy.differential.rounds", 2);

    @TempDir
    private Path state;

    @ParameterizedTest
    @MethodSource("seeds")
    void isTheSameByDifferences(long seed) {
        Random random = new Random(seed);
        ChangingSite site = new ChangingSite(seed);
        Differential both = new Differential(PostgresServer.shared(), state, ChangingSite.SCHEMA);
        both.run(site.rows());
        assertThat(both.importAndRetire().full())
                .contains("this server has no database of an older snapshot to begin with");
        for (int round = 0; round < ROUNDS; round++) {
            both.run(site.change());
            boolean ddl = random.nextInt(6) == 0;
            if (ddl) {
                both.run(site.ddl());
            }
            if (random.nextInt(3) == 0) {
                both.server.psql(both.base(), site.drift());
            }
            LoadReport report = both.importAndRetire();
            assertThat(report.full().isPresent()).as(report.text()).isEqualTo(ddl);
        }
    }

    static LongStream seeds() {
        long from = Long.getLong("understudy.differential.from", 1);
        return LongStream.range(from, from + Long.getLong("understudy.differential.seeds", 1));
    }

    /** The primary tells which rows changed: what the standby makes of it is the same. */
    @ParameterizedTest
    @ValueSource(longs = 4)
    void isTheSameByTrackedDifferences(long seed) {
        try (PostgresServer server = PostgresServer.start(List.of("wal_level=logical"))) {
            Random random = new Random(seed);
            ChangingSite site = new ChangingSite(seed);
            Differential both = new Differential(server, state, ChangingSite.SCHEMA, true);
            both.run(site.rows());
            both.importAndRetire();
            int deltas = 0;
            for (int round = 0; round < ROUNDS; round++) {
                both.run(site.change());
                if (random.nextInt(3) == 0) {
                    server.psql(both.base(), site.drift());
                }
                LoadReport report = both.importAndRetire();
                assertThat(report.full()).isEmpty();
                deltas += both.deltas();
            }
            assertThat(deltas).isPositive();
        }
    }

    @Test
    void deltasAreChangedByTheirKeysAndANewBaseByItsRows() {
        try (PostgresServer server = PostgresServer.start(List.of("wal_level=logical"))) {
            Differential both = new Differential(server, state, ChangingSite.SCHEMA, true);
            both.run("CREATE TABLE app.straße (name text PRIMARY KEY, n numeric, t text);"
                    + " INSERT INTO app.straße SELECT 'Größe ' || g, g, repeat('ß', 40) FROM generate_series(1, 2000) g;"
                    + " CREATE TABLE app.plain (a int, b int, t text, PRIMARY KEY (b, a));"
                    + " INSERT INTO app.plain SELECT g, g % 7, repeat('p', 50) FROM generate_series(1, 2000) g;");
            both.importAndRetire();
            for (int round = 1; round <= 2; round++) {
                both.run("UPDATE app.straße SET n = -n WHERE n %% 500 = %1$d; DELETE FROM app.straße WHERE n = %1$d00;"
                                .formatted(round)
                        + " UPDATE app.plain SET b = b + 7 WHERE a %% 400 = %1$d; INSERT INTO app.plain VALUES (-%1$d, 0);"
                                .formatted(round));
                LoadReport report = both.importAndRetire();
                assertThat(both.deltas()).isEqualTo(2);
                // The second delta is merged with the first, whose rows are as they were.
                assertDelta(load(report, "app.straße"), 5, 4);
                assertDelta(load(report, "app.plain"), 5, 6);
            }
            // So much that the primary reads both whole, and makes a base again.
            both.run(
                    "UPDATE app.straße SET n = n + 1 WHERE n < 1000; UPDATE app.plain SET t = t || 'q' WHERE a < 1000;");
            LoadReport report = both.importAndRetire();
            assertThat(both.deltas()).isZero();
            assertThat(load(report, "app.straße").by()).isEqualTo(By.DELTA);
            assertThat(load(report, "app.plain").by()).isEqualTo(By.DELTA);
        }
    }

    @Tag("always")
    @Test
    void saysHowEachTableWasBroughtUp() {
        Differential both = new Differential(PostgresServer.shared(), state, ChangingSite.SCHEMA);
        both.run(new ChangingSite(7).rows());
        both.importAndRetire();
        both.run(
                "DELETE FROM app.note WHERE id <= 2; UPDATE app.note SET body = 'new' WHERE id = 7; UPDATE app.log SET b = 'x' WHERE a = 1;");
        both.server.psql(both.base(), "UPDATE app.word SET n = 1;");
        LoadReport report = both.importAndRetire();
        assertThat(report.full()).isEmpty();
        assertThat(report.drifted()).containsExactly("app.word");
        assertThat(load(report, "app.note").by()).isEqualTo(By.DELTA);
        assertThat(load(report, "app.note").gone()).isEqualTo(3);
        assertThat(load(report, "app.note").came()).isEqualTo(1);
        assertThat(load(report, "app.log").by()).isEqualTo(By.DELTA);
        assertThat(load(report, "app.word").by()).isEqualTo(By.FULL);
        assertThat(load(report, "app.root").by()).isEqualTo(By.UNCHANGED);
    }

    private static void assertDelta(TableLoad load, long gone, long came) {
        assertThat(load.by()).as("%s", load.why()).isEqualTo(By.DELTA);
        assertThat(load.gone()).isEqualTo(gone);
        assertThat(load.came()).isEqualTo(came);
    }

    private static TableLoad load(LoadReport report, String table) {
        return report.tables().stream()
                .filter(each -> each.table().equals(table))
                .findFirst()
                .orElseThrow();
    }
}
