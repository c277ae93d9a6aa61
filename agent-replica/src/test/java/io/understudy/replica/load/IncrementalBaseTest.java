package io.understudy.replica.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.Ownership;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.load.SpareLoader.Base;
import io.understudy.replica.load.SpareLoader.LoadedSpare;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.BlobId;
import io.understudy.state.StateEntry;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which database a load by differences begins with, and when all is loaded instead. */
@Timeout(120)
@Tag("slow")
class IncrementalBaseTest extends IncrementalLoads {
    @Test
    void loadsInFullWhatItCannotKnow() {
        DatabaseIdentity base = base(capture());
        StateEntry.LOADED_DATABASES.in(state).toFile().delete();
        assertThat(loader().base()).isEmpty();
        LoadReport report = load(capture(), blobs).report();
        assertThat(report.full()).contains("this server has no database of an older snapshot to begin with");
        assertThat(report.again()).isFalse();
        assertThat(databases()).contains(retired(base));
    }

    @Test
    void aBaseThatSomebodyRenamedOrDroppedIsNone() {
        DatabaseIdentity renamed = base(capture());
        server.psql("postgres", "ALTER DATABASE \"" + retired(renamed) + "\" RENAME TO \"" + names.live() + "_mine\";");
        assertThat(loader().base()).isEmpty();
        LoadedSpare next = load(capture(), blobs);
        assertThat(next.report().full()).isPresent();
        retire(next.database());
        server.dropDatabase(retired(next.database()));
        assertThat(loader().base()).isEmpty();
        assertThat(load(capture(), blobs).report().full()).isPresent();
        assertThat(databases()).contains(names.live() + "_mine");
        assertSame();
    }

    @Test
    void loadsInFullWhenTheOlderSnapshotIsGoneOrDamaged() {
        base(capture());
        server.psql(source, CHANGE);
        Manifest second = capture();
        mirror.remove(new SnapshotId(1, 1));
        LoadedSpare loaded = load(second, blobs);
        assertThat(loaded.report().full())
                .contains("the mirror does not hold 00000001-00000001, which the database to begin with holds");
        retire(loaded.database());
        server.psql(source, "UPDATE t SET b = 'newer' WHERE a < 20;");
        Manifest third = capture();
        Set<BlobId> old = ids(second);
        old.removeAll(ids(third));
        LoadedSpare last = load(third, new BrokenBlobs(blobs, old.iterator().next()));
        assertThat(last.report().full()).isPresent();
        assertSame();
    }

    @Test
    void aPlainUserNeedsARight() {
        server.createRole("incremental_plain", "LOGIN PASSWORD 'x' CREATEDB");
        settings = server.settings(names.live(), "incremental_plain", "x", Ownership.SINGLE);
        base(capture());
        server.psql(source, CHANGE);
        LoadedSpare full = load(capture(), blobs);
        assertThat(full.report().full().orElseThrow()).contains("GRANT SET ON PARAMETER session_replication_role");
        assertThat(full.report().again()).isTrue();
        retire(full.database());
        server.psql("postgres", "GRANT SET ON PARAMETER session_replication_role TO incremental_plain;");
        try {
            server.psql(source, "UPDATE t SET b = 'newer' WHERE a < 20; DELETE FROM u WHERE a = 50;");
            LoadedSpare loaded = load(capture(), blobs);
            assertThat(loaded.report().full()).isEmpty();
            assertThat(loaded.database()).isEqualTo(full.database());
        } finally {
            server.psql("postgres", "REVOKE SET ON PARAMETER session_replication_role FROM incremental_plain;");
        }
        assertThat(rows(names.spare())).isEqualTo(rows(source));
    }

    @Test
    void whatTheSiteChangedInTheSchemaMeansAFullLoad() {
        DatabaseIdentity base = base(capture());
        server.psql(retired(base), "CREATE OR REPLACE VIEW v AS SELECT 1 AS a;");
        assertThat(load(capture(), blobs).report().full())
                .contains("the schema was changed on this server since the last import");
        assertSame();
    }

    @Test
    void eventTriggersThatWouldRunAsTheAgentMeanAFullLoad() {
        server.psql(
                source,
                "CREATE FUNCTION e() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN END $$;"
                        + "CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION e(); ALTER EVENT TRIGGER e ENABLE ALWAYS;");
        base(capture());
        assertThat(load(capture(), blobs).report().full())
                .contains("the database has event triggers that are enabled ALWAYS or for replicas");
    }

    @Test
    void aRejectedSnapshotsDatabaseIsABaseToo() {
        DatabaseIdentity first = base(capture());
        server.psql(source, CHANGE);
        LoadedSpare second = load(capture(), blobs);
        assertThat(second.database()).isEqualTo(first);
        retire(second.database());
        assertThat(loader().base()).contains(new Base(first, new SnapshotId(1, 2)));
        LoadedSpare back = load(mirror.get(new SnapshotId(1, 1)), blobs);
        assertThat(back.report().full()).isEmpty();
        assertThat(server.psql(names.spare(), "SELECT count(*) FROM t WHERE b = 'new'"))
                .isEqualTo("0");
    }

    private String rows(String database) {
        return server.psql(
                database,
                "SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM t UNION ALL SELECT md5(string_agg(u::text, ',' ORDER BY u::text)) FROM u");
    }

    private Set<String> databases() {
        return Set.of(server.psql("postgres", "SELECT datname FROM pg_database").split("\n"));
    }
}
