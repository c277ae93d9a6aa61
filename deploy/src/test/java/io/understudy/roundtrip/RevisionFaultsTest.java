package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.browse.ForwardingReader;
import io.understudy.browse.SnapshotReader;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.history.RevisionKeeper;
import io.understudy.repository.SnapshotId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What goes wrong while revisions are kept costs no revision that the snapshots still have. */
@Tag("slow")
@Timeout(120)
class RevisionFaultsTest {
    private static final String SCHEMA = """
            CREATE TABLE note (id int PRIMARY KEY, text text);
            CREATE TABLE part (id int PRIMARY KEY, text text);
            INSERT INTO note SELECT g, 'first' FROM generate_series(1, 9) g;
            INSERT INTO part SELECT g, 'first' FROM generate_series(1, 9) g;
            """;

    @TempDir
    private Path state;

    private final List<UnderstudyException> faults = new ArrayList<>();
    private final List<String> gaps = new ArrayList<>();

    private final RevisionKeeper.Remarks remarks = new RevisionKeeper.Remarks() {
        @Override
        public void gap(String table, String after, String next) {
            gaps.add(table + " " + after + " " + next);
        }

        @Override
        public void failed(UnderstudyException why) {
            faults.add(why);
        }
    };

    private RowSite begun() {
        RowSite site = new RowSite(state, SCHEMA);
        site.tables("[{table: note, keep: 18 months}, {table: part, keep: 90 days}]");
        site.take();
        keep(site);
        return site;
    }

    private void keep(RowSite site) {
        site.keep(remarks, Instant.now());
    }

    private static void change(RowSite site, String text) {
        site.sql("UPDATE note SET text = '" + text + "' WHERE id < 4; UPDATE part SET text = '" + text + "'");
        site.take();
    }

    private static String revisions(RowSite site, String table) {
        return site.sqlOfHistory("SELECT string_agg((row ->> 'id') || (row ->> 'text'), ',' ORDER BY valid_to,"
                + " (row ->> 'id')::int) FROM " + table + " WHERE valid_to IS NOT NULL AND (row ->> 'id') = '1'");
    }

    @Tag("always")
    @Test
    void aTableThatTheServerRefusesKeepsNoOtherFromItsTurnNorTheOldFromDeletion() {
        RowSite site = begun();
        site.sqlOfHistory("ALTER TABLE note RENAME valid_to TO other");
        change(site, "second");
        keep(site);
        assertThat(faults)
                .isNotEmpty()
                .allSatisfy(e -> assertThat(e.getMessage()).startsWith("cannot keep the history of public.note: "));
        assertThat(revisions(site, "part")).isEqualTo("1first");

        site.keep(remarks, Instant.now().plus(Duration.ofDays(100)));
        assertThat(site.sqlOfHistory("SELECT count(valid_to) FROM part")).isEqualTo("0");

        site.sqlOfHistory("ALTER TABLE note RENAME other TO valid_to");
        faults.clear();
        keep(site);
        assertThat(faults).isEmpty();
        assertThat(revisions(site, "note")).isEqualTo("1first");
    }

    @Test
    void aDiskThatIsFullLosesNothing() {
        RowSite site = begun();
        site.sqlOfHistory("""
                CREATE FUNCTION understudy.full() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
                CREATE TRIGGER full_disk BEFORE UPDATE ON note FOR EACH ROW EXECUTE FUNCTION understudy.full();
                CREATE TRIGGER full_disk BEFORE UPDATE ON part FOR EACH ROW EXECUTE FUNCTION understudy.full();
                """);
        change(site, "second");
        keep(site);
        assertThat(faults).hasSize(2).allSatisfy(e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL));
        assertThat(revisions(site, "note") + revisions(site, "part")).isEmpty();
        change(site, "third");
        site.sqlOfHistory("DROP FUNCTION understudy.full() CASCADE");
        keep(site);
        assertThat(revisions(site, "note")).isEqualTo("1first,1second");
        assertThat(revisions(site, "part")).isEqualTo("1first,1second");
        assertThat(gaps).isEmpty();
    }

    /** The process ends at each of the reads, one after the other. */
    @Test
    void aProcessThatIsKilledInTheMiddleWritesNothingTwice() {
        RowSite site = begun();
        change(site, "second");
        change(site, "third");
        int killed = 0;
        for (int at = 0; at < 100; at++) {
            Killed reader = new Killed(site.snapshots().reader(), at);
            try {
                site.keep(remarks, Instant.now(), reader);
                break;
            } catch (KilledError e) {
                killed++;
            }
        }
        assertThat(killed).isGreaterThan(3);
        assertThat(faults).isEmpty();
        assertThat(revisions(site, "note")).isEqualTo("1first,1second");
        assertThat(site.sqlOfHistory("SELECT count(*), count(valid_to) FROM note"))
                .isEqualTo("9|6");
        assertThat(site.sqlOfHistory("SELECT count(*), count(valid_to) FROM part"))
                .isEqualTo("27|18");
    }

    /** The server ends the session, as a restart does: that is no fault of one table. */
    @Test
    void aSessionThatIsLostEndsTheLookAndTheNextOneCatchesUp() {
        RowSite site = begun();
        change(site, "second");
        SnapshotReader whole = site.snapshots().reader();
        SnapshotReader ending = new Killed(whole, 0) {
            @Override
            void kill() {
                site.sqlOfServer("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '"
                        + site.history() + "'");
            }
        };
        assertThatThrownBy(() -> site.keep(remarks, Instant.now(), ending)).isInstanceOf(UnderstudyException.class);
        assertThat(faults).isEmpty();
        keep(site);
        assertThat(revisions(site, "note")).isEqualTo("1first");
        assertThat(revisions(site, "part")).isEqualTo("1first");
    }

    private static class KilledError extends Error {
        private static final long serialVersionUID = 1;
    }

    private static class Killed extends ForwardingReader {
        private final AtomicInteger left;

        Killed(SnapshotReader reader, int reads) {
            super(reader);
            this.left = new AtomicInteger(reads);
        }

        void kill() {
            throw new KilledError();
        }

        @Override
        public Opened open(SnapshotId snapshot) {
            Opened opened = super.open(snapshot);
            return new Opened(opened.manifest(), blob -> {
                if (left.getAndDecrement() == 0) {
                    kill();
                }
                return opened.blobs().open(blob);
            });
        }
    }

    /** The promoted server goes on with what it takes, also where the lost primary had more. */
    @Test
    void afterAFailoverTheHistoryGoesOnAndTheOtherWayRound() {
        RowSite site = begun();
        change(site, "second");
        keep(site);
        site.sql("UPDATE note SET text = 'of the lost hour' WHERE id = 1");
        site.take();
        keep(site);
        site.promote();
        site.sql("UPDATE note SET text = 'second' WHERE id = 1");
        site.take();
        change(site, "third");
        keep(site);
        assertThat(revisions(site, "note")).isEqualTo("1first,1second,1of the lost hour,1second");
        assertThat(gaps).isEmpty();

        // The old primary is the standby now: it begins with what is kept.
        site.dropHistory();
        site.snapshots().delete(1);
        keep(site);
        assertThat(revisions(site, "note")).isEqualTo("1second,1of the lost hour,1second");
        site.promote();
        change(site, "fourth");
        keep(site);
        assertThat(revisions(site, "note")).endsWith("1second,1third");
        assertThat(faults).isEmpty();
        assertThat(gaps).isEmpty();
    }
}
