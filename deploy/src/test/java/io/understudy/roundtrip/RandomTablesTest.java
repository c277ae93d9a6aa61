package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.replica.load.LoadReport;
import io.understudy.testing.PostgresServer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Hundreds of random tables with random sequences of changes, many in one database: by differences, tracked or read in
 * full, the standby's database is the source's. Each table has a seed; {@code deploy/soak --differential} plays as many
 * as wanted, or one.
 */
@Tag("slow")
class RandomTablesTest {
    private static final int TOGETHER = 100;
    private static final long FROM = Long.getLong("understudy.differential.from", 1);
    private static final long SEEDS = Long.getLong("understudy.differential.tables", 200);

    private static final int ROUNDS = Integer.getInteger("understudy.differential.rounds", 0);

    @TempDir
    private Path state;

    /** @param first seed of the group; each other group is tracked */
    @ParameterizedTest
    @MethodSource("groups")
    void areTheSame(long first) {
        boolean tracked = (first - 1) / TOGETHER % 2 == 1;
        List<RandomTable> tables = LongStream.range(first, Math.min(first + TOGETHER, FROM + SEEDS))
                .mapToObj(RandomTable::new)
                .toList();
        Random random = new Random(first);
        try (PostgresServer server = PostgresServer.start(List.of("wal_level=logical"))) {
            Differential both =
                    new Differential(server, state, all(tables, RandomTable::create), tracked, Differential.Views.NONE);
            both.importAndRetire();
            for (int round = 0; round < ROUNDS; round++) {
                both.run(all(tables, RandomTable::change));
                assertThat(both.importAndRetire().full()).isEmpty();
            }
            both.run(all(tables, RandomTable::change));
            server.psql(both.base(), all(tables, table -> random.nextInt(10) == 0 ? table.drift() : ""));
            LoadReport drifted = both.importAndRetire();
            assertThat(drifted.full()).isEmpty();
            both.run(all(tables, table -> random.nextInt(3) == 0 ? table.ddl() : table.change()));
            both.importAndRetire();
            both.run(all(tables, RandomTable::change));
            assertThat(both.importAndRetire().full()).isEmpty();
            if (tracked) {
                assertThat(both.deltas()).isPositive();
            }
        }
    }

    private static String all(List<RandomTable> tables, Function<RandomTable, String> statements) {
        return tables.stream().map(statements).collect(Collectors.joining());
    }

    static LongStream groups() {
        return LongStream.iterate(FROM, first -> first < FROM + SEEDS, first -> first + TOGETHER);
    }
}
