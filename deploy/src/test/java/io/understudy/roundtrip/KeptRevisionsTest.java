package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.browse.ForwardingReader;
import io.understudy.browse.SnapshotReader;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.history.RevisionKeeper;
import io.understudy.repository.SnapshotId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code history.tables}: revisions of rows that outlive the snapshots, on a real server. */
@Tag("slow")
@Timeout(120)
class KeptRevisionsTest {
    private static final String SCHEMA = """
            CREATE TABLE note (b int, a int, text text, PRIMARY KEY (a, b));
            CREATE TABLE part (id int PRIMARY KEY, a int, b int, FOREIGN KEY (a, b) REFERENCES note ON DELETE CASCADE);
            CREATE TABLE loose (n int);
            INSERT INTO note SELECT 1, g, E'it\\'s "' || g || E'"\\t\\\\' FROM generate_series(1, 9) g;
            INSERT INTO part VALUES (70, 7, 1), (71, 7, 1);
            """;
    private static final String RULES =
            "[{table: note, keep: 18 months}, {table: part, keep: 90 days, deleted: 30 days}]";

    @TempDir
    private Path state;

    private final Remarks remarks = new Remarks();

    private static final class Remarks implements RevisionKeeper.Remarks {
        private final List<String> gaps = new ArrayList<>();
        private final List<UnderstudyException> faults = new ArrayList<>();

        @Override
        public void gap(String table, String after, String next) {
            gaps.add(table + " " + after + " " + next);
        }

        @Override
        public void failed(UnderstudyException why) {
            faults.add(why);
        }
    }

    private RowSite site() {
        RowSite site = new RowSite(state, SCHEMA);
        site.tables(RULES);
        return site;
    }

    private void keep(RowSite site) {
        site.keep(remarks, Instant.now());
        assertThat(remarks.faults).isEmpty();
    }

    private static List<String> texts(RowSite site, String key) throws IOException {
        assertThat(site.run("history", "note", key, "--json")).as(site::err).isZero();
        JsonNode versions = new ObjectMapper().readTree(site.out()).path("versions");
        List<String> texts = new ArrayList<>();
        versions.forEach(each -> texts.add(
                each.path("deleted").asBoolean()
                        ? "deleted"
                        : each.path("row").path("text").asText()));
        return texts;
    }

    @Tag("always")
    @Test
    void rowsAreShownAndComeBackWhenNoSnapshotHasThem() throws IOException {
        RowSite site = site();
        String first = site.take().moment().toString();
        keep(site);
        String before = site.sql("SELECT t FROM note t WHERE a = 7") + site.sql("SELECT t FROM part t ORDER BY id");
        site.sql("UPDATE note SET text = 'second' WHERE a = 5; DELETE FROM note WHERE a = 7");
        site.take();
        keep(site);
        site.sql("ALTER TABLE note ADD more int; UPDATE note SET text = 'third' WHERE a = 5");
        site.take();
        keep(site);
        List<String> whole = texts(site, "5,1");
        site.snapshots().delete(1);
        site.snapshots().delete(2);

        assertThat(whole).hasSize(3).endsWith("second", "third");
        assertThat(texts(site, "5,1")).isEqualTo(whole);
        assertThat(texts(site, "7,1")).hasSize(2).endsWith("deleted");
        assertThat(site.run("history", "--deleted", "note")).isZero();
        assertThat(site.out().lines()).hasSize(1);
        assertThat(site.out()).contains("a='7'");

        assertThat(site.run("restore-row", "note", "7,1", "--with-dependents", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        site.sql("ALTER TABLE note DROP more");
        assertThat(site.sql("SELECT t FROM note t WHERE a = 7") + site.sql("SELECT t FROM part t ORDER BY id"))
                .isEqualTo(before);
        assertThat(site.run("restore-row", "note", "5,1", "--at", first, "--replace", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.sql("SELECT text FROM note WHERE a = 5")).isEqualTo(whole.get(0));
    }

    /** What failed half-way left nothing, and each snapshot is written once, however often it is asked for. */
    @Test
    void eachSnapshotIsWrittenExactlyOnceAlsoAfterAFault() throws IOException {
        RowSite site = site();
        site.take();
        keep(site);
        site.sql("UPDATE note SET text = 'second'");
        site.take();
        site.sql("UPDATE note SET text = 'third' WHERE a < 4");
        site.take();
        SnapshotReader whole = site.snapshots().reader();
        SnapshotReader broken = new ForwardingReader(whole) {
            @Override
            public Opened open(SnapshotId snapshot) {
                Opened opened = whole.open(snapshot);
                return snapshot.sequence() < 3
                        ? opened
                        : new Opened(opened.manifest(), blob -> {
                            throw new UnderstudyException(
                                    ErrorCode.FILESTORE_UNREACHABLE, "the filestore is away", "wait");
                        });
            }
        };
        assertThatThrownBy(() -> site.keep(remarks, Instant.now(), broken)).hasMessageContaining("is away");
        assertThat(site.sqlOfHistory("SELECT count(*) FROM note WHERE valid_to IS NOT NULL"))
                .isEqualTo("9");
        for (int i = 0; i < 3; i++) {
            keep(site);
        }
        assertThat(site.sqlOfHistory("SELECT count(*), count(valid_to) FROM note"))
                .isEqualTo("21|12");
        assertThat(texts(site, "1,1")).hasSize(3).endsWith("second", "third");
        assertThat(remarks.gaps).isEmpty();
    }

    @Test
    void revisionsAreDeletedByTheirRule() {
        RowSite site = site();
        site.take();
        keep(site);
        site.sql("UPDATE part SET a = 6 WHERE id = 70; DELETE FROM part WHERE id = 71;"
                + " DELETE FROM note WHERE a = 1");
        site.take();
        keep(site);
        Instant now = Instant.now();
        site.keep(remarks, now.plus(Duration.ofDays(29)));
        assertThat(revisions(site)).isEqualTo("part 2, note 1");
        site.keep(remarks, now.plus(Duration.ofDays(31)));
        assertThat(revisions(site)).isEqualTo("part 1, note 1");
        // Once a day is enough.
        site.keep(remarks, now.plus(Duration.ofDays(31)).plusSeconds(3600));
        site.keep(remarks, now.plus(Duration.ofDays(91)));
        assertThat(revisions(site)).isEqualTo("part 0, note 1");
        site.keep(remarks, now.plus(Duration.ofDays(560)));
        assertThat(revisions(site)).isEqualTo("part 0, note 0");
        assertThat(remarks.faults).isEmpty();
    }

    @Test
    void noOtherRoleReadsThemByDefault() {
        RowSite site = site();
        site.take();
        keep(site);
        assertThat(site.sqlOfServer("SELECT has_database_privilege('pg_monitor', '" + site.history() + "', 'CONNECT')"))
                .isEqualTo("f");
    }

    private static String revisions(RowSite site) {
        return "part " + site.sqlOfHistory("SELECT count(valid_to) FROM part") + ", note "
                + site.sqlOfHistory("SELECT count(valid_to) FROM note");
    }

    /** The comparison needs the snapshot before: what can't be known is said, and the rest goes on. */
    @Test
    void aGapIsSaidAndNothingIsMadeUp() throws IOException {
        RowSite site = site();
        site.take();
        keep(site);
        site.sql("UPDATE note SET text = 'second' WHERE a = 5");
        site.take();
        keep(site);
        site.snapshots().delete(1);
        site.snapshots().delete(2);
        site.sql("UPDATE note SET text = 'third' WHERE a = 5");
        String third = site.take().moment().toString();
        keep(site);
        assertThat(remarks.gaps)
                .contains("public.note 00000001-00000002 00000001-00000003")
                .hasSize(2);
        site.sql("UPDATE note SET text = 'fourth' WHERE a = 5");
        site.take();
        keep(site);
        assertThat(remarks.gaps).hasSize(2);
        assertThat(Instant.parse(third))
                .isEqualTo(Instant.parse(site.sqlOfHistory(
                        "SELECT to_char(valid_from AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM note"
                                + " WHERE row ->> 'text' = 'third'")));
        assertThat(texts(site, "5,1")).hasSize(3).endsWith("third", "fourth");
    }

    @Test
    void whatIsInTheWayIsSaidAndNothingIsLost() throws IOException {
        RowSite site = site();
        site.take();
        site.sqlOfServer("CREATE DATABASE " + site.history());
        site.sqlOfHistory("CREATE TABLE of_another (a int)");
        assertThatThrownBy(() -> keep(site))
                .isInstanceOfSatisfying(
                        UnderstudyException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DATABASE_FAILED))
                .hasMessageContaining("for the history of rows: it holds something else");
        // A command says it, and shows what the snapshots have.
        assertThat(texts(site, "5,1")).hasSize(1);
        assertThat(site.err()).contains("are not shown: cannot use database");
        site.sqlOfServer("DROP DATABASE " + site.history());

        site.as("keeper_without_rights");
        assertThatThrownBy(() -> keep(site)).isInstanceOfSatisfying(UnderstudyException.class, e -> {
            assertThat(e.code()).isEqualTo(ErrorCode.MISSING_PRIVILEGE);
            assertThat(e.hint()).contains("CREATEDB");
        });
        site.sqlOfServer("CREATE DATABASE " + site.history() + " OWNER keeper_without_rights");
        keep(site);
        site.tables("[{table: loose, keep: 1 year}, {table: note, keep: 1 year}]");
        site.sql("UPDATE note SET text = 'second' WHERE a = 5");
        site.take();
        site.keep(remarks, Instant.now());
        assertThat(remarks.faults)
                .singleElement()
                .satisfies(e -> assertThat(e.getMessage())
                        .contains("cannot keep the history of public.loose: the table has no primary key"));
        assertThat(texts(site, "5,1")).hasSize(2).endsWith("second");
    }
}
