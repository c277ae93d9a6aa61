package io.understudy.replica.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.understudy.config.Settings.Ownership;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.progress.Progress;
import io.understudy.replica.load.LoadReport.By;
import io.understudy.replica.load.LoadReport.TableLoad;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** New entries of GIN indexes, while a database is kept ready and after. */
@Timeout(120)
@Tag("slow")
class PendingListsTest extends IncrementalLoads {
    /** Of 8 KB: a longer list is merged by the server, where nothing else is set. */
    private static final long LIMIT = 512;

    /** Of 150 KB each; the entries of one take more than twice as much in the list. */
    private static final String ROWS = """
            CREATE TABLE g (id int PRIMARY KEY, a int[]);
            INSERT INTO g SELECT n, array_agg(1000000 + n * 20000 + e) FROM generate_series(1, 14) n, generate_series(1, 20000) e GROUP BY n;
            CREATE INDEX g_a ON g USING gin (a);
            """;

    private static final String ALL = "UPDATE g SET a = array_append(a, (random() * 1e6)::int);";

    private record KeptReady(Map<SnapshotId, Manifest> mirror) implements LoadContext {
        @Override
        public Optional<Manifest> held(SnapshotId snapshot) {
            return Optional.ofNullable(mirror.get(snapshot));
        }

        @Override
        public boolean ahead() {
            return true;
        }
    }

    private void change(String sql) {
        server.psql(source, sql);
        capture();
    }

    private void load(DatabaseLoader loader, LoadContext context) {
        LoadReport report = loader.load(mirror.get(new SnapshotId(1, sequence)), blobs, context, Progress.none())
                .report();
        assertThat(report.full()).isEmpty();
        assertThat(report.tables()).filteredOn(table -> table.by() == By.DELTA).hasSize(1);
    }

    /** Pages of the list; there are none afterwards. */
    private long pages(String database) {
        return Long.parseLong(server.psql(database, "SELECT gin_clean_pending_list('g_a')"));
    }

    @Test
    void growDuringALoadAheadAndAreMergedAfterIt() {
        server.psql(source, ROWS);
        base(capture());
        DatabaseLoader loader = loader();
        LoadContext ahead = new KeptReady(mirror);

        change(ALL);
        load(loader, ahead);
        assertThat(pages(names.spare())).as("a load ahead merges nothing").isGreaterThan(LIMIT);

        change(ALL);
        load(loader, ahead);
        assertSame();
        loader.mergeIndexes();
        assertThat(pages(names.spare())).isZero();
        assertSame();
        assertThat(
                        server.psql(
                                names.spare(),
                                "SET enable_seqscan = off; SELECT count(*) FROM g WHERE a @> ARRAY[1020001]; SELECT count(*) FROM g WHERE a @> ARRAY[7]"))
                .startsWith("1");

        change("UPDATE g SET a = array_append(a, 0) WHERE id = 1;");
        load(loader, ahead);
        loader.mergeIndexes();
        assertThat(pages(names.spare())).as("a few entries wait for more").isPositive();

        change(ALL);
        load(loader, ahead::held);
        assertThat(pages(names.spare()))
                .as("what becomes live at once is merged as ever")
                .isLessThanOrEqualTo(LIMIT);
    }

    /** The site does without: searches read the list. */
    @Tag("always")
    @Test
    void ofAnotherDatabaseAndWhereTheServerRefusesItStay() {
        server.psql(source, ROWS);
        Manifest before = capture();
        change(ALL);
        List<TableChange> changes = TableChange.between(before, mirror.get(new SnapshotId(1, sequence)), blobs);
        List<TableLoad> replaced = List.of(new TableLoad("public.g", By.FULL, Optional.of("it drifted"), 0, 0, true));

        PendingLists lists = new PendingLists(new Database(server.settings(source)), source);
        lists.grew(new DatabaseIdentity(1, 2), changes, replaced);
        lists.grew(new DatabaseIdentity(1, 3), changes, List.of());
        lists.merge();

        String role = server.newName("stranger");
        server.createRole(role, "LOGIN PASSWORD 'p'");
        PendingLists refused =
                new PendingLists(new Database(server.settings(source, role, "p", Ownership.SINGLE)), source);
        refused.grew(new DatabaseIdentity(1, 2), changes, replaced);
        assertThatCode(refused::merge).doesNotThrowAnyException();

        assertThat(pages(source)).isPositive();
    }
}
