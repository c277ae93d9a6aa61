package io.understudy.databases;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.process.Command;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The server itself is killed while it exchanges the tables; on a real server of any product, of this test alone. */
abstract class KilledServerContract extends SchemaFixture {
    private static final int TABLES = 60;
    /** {@code deploy/soak --mysql} kills it more often. */
    private static final int KILLS = Integer.getInteger("understudy.kills", 4);

    private static final String CONTENTS = "SELECT COUNT(*), GROUP_CONCAT(DISTINCT v) FROM ("
            + IntStream.range(0, TABLES)
                    .mapToObj(i -> "SELECT v FROM shop.t" + i)
                    .collect(Collectors.joining(" UNION ALL "))
            + ") AS every";

    private final ScheduledExecutorService killer = Executors.newSingleThreadScheduledExecutor();

    KilledServerContract(SchemaServer on) {
        super(on);
    }

    @AfterEach
    void stop() {
        killer.shutdownNow();
        server.close();
    }

    /** So many that the statement takes its time, each of them with what says of which content it is. */
    private void everyTable(String statements) {
        server.sql(IntStream.range(0, TABLES)
                .mapToObj(i -> statements.replace("?", "shop.t" + i))
                .collect(Collectors.joining("; ")));
    }

    /** Runs something when a swap comes to the command that exchanges the tables, and when it comes to the next. */
    private Predicate<Command> around(Runnable before, Runnable behind) {
        int[] number = {-1};
        return command -> {
            number[0]++;
            if (number[0] == exchange) {
                before.run();
            } else if (number[0] == exchange + 1) {
                behind.run();
            }
            return false;
        };
    }

    private long nanosOfAnExchange(byte[] dump) {
        Place place = place(KILLS + 1);
        SiteDatabase database = database();
        database.restore(place, out -> out.write(dump));
        long[] began = new long[1];
        long[] took = new long[1];
        dying = around(() -> began[0] = System.nanoTime(), () -> took[0] = System.nanoTime() - began[0]);
        database.swap(place);
        dying = command -> false;
        database.undo(place);
        database.drop(place);
        return took[0];
    }

    @Test
    void itHasTheTablesOfOneContentAndTheSwapGoesOnOrIsTakenBack() {
        // 8.0.12 has whole tables then, and no longer changes some of them: "Failed to set SDI".
        server.requireVersion(8, 0, 13);
        everyTable("CREATE TABLE ? (v VARCHAR(8)) ENGINE = InnoDB; INSERT INTO ? VALUES ('snapshot')");
        byte[] dump = dump();
        change();
        everyTable("UPDATE ? SET v = 'later'");
        long whole = nanosOfAnExchange(dump);
        assertThat(whole).isPositive();
        for (int kill = 1; kill <= KILLS; kill++) {
            Place place = place(kill);
            SiteDatabase database = database();
            database.restore(place, out -> out.write(dump));
            long after = whole * kill / (KILLS + 1);
            dying = around(() -> killer.schedule(server::kill, after, TimeUnit.NANOSECONDS), () -> {});
            failure(() -> database.swap(place));
            dying = command -> false;
            server.startAgain();
            String found = server.sql(CONTENTS);
            assertThat(found)
                    .as("killed after %d of %d ns", after, whole)
                    .isIn(TABLES + "\tlater", TABLES + "\tsnapshot");
            if (kill % 2 == 0) {
                database.swap(place);
                assertThat(server.sql(CONTENTS)).isEqualTo(TABLES + "\tsnapshot");
                assertThat(server.sql(STATE)).isEqualTo(SNAPSHOT);
            }
            database.undo(place);
            assertThat(server.sql(CONTENTS)).isEqualTo(TABLES + "\tlater");
            assertThat(server.sql(STATE)).isEqualTo(LATER);
            database.drop(place);
        }
    }
}
