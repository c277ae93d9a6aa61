package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replica.load.LoadReport;
import io.understudy.replica.load.LoadReport.By;
import io.understudy.replica.load.LoadReport.TableLoad;
import io.understudy.testing.PostgresServer;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random changes, imported by differences, lead to the database of the source, as an import in full does. A seed
 * replays; {@code deploy/soak --differential} plays as many as wanted.
 */
@Tag("slow")
class DifferentialTest {
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
        for (int round = 0; round < 6; round++) {
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
        return LongStream.range(from, from + Long.getLong("understudy.differential.seeds", 3));
    }

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

    private static TableLoad load(LoadReport report, String table) {
        return report.tables().stream()
                .filter(each -> each.table().equals(table))
                .findFirst()
                .orElseThrow();
    }
}
