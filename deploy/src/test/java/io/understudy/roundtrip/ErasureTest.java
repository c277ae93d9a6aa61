package io.understudy.roundtrip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.history.RevisionKeeper;
import io.understudy.repository.RepositoryKey;
import io.understudy.repository.blob.Sealing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code history.tables[].deleted}: who was erased stays erased, whatever brings an older snapshot back. */
@Tag("slow")
@Timeout(120)
class ErasureTest {
    private static final String SCHEMA = """
            CREATE TABLE users (id int PRIMARY KEY, "e,mail" text UNIQUE);
            CREATE TABLE login (id int PRIMARY KEY, user_id int NOT NULL REFERENCES users ON DELETE CASCADE);
            CREATE TABLE visit (login_id int REFERENCES login ON DELETE CASCADE, n int) PARTITION BY RANGE (n);
            CREATE TABLE visit_1 PARTITION OF visit FOR VALUES FROM (0) TO (10);
            CREATE TABLE article (id int PRIMARY KEY, author text REFERENCES users ("e,mail") ON DELETE SET NULL,
                parent int REFERENCES article, text text);
            INSERT INTO users VALUES (1, 'ann@example.net'), (2, E'bob\\t\\\\@example.net'), (3, NULL);
            INSERT INTO login VALUES (10, 1), (20, 2);
            INSERT INTO visit VALUES (10, 1), (20, 2), (NULL, 3);
            INSERT INTO article VALUES (1, 'ann@example.net', NULL, 'a'), (2, E'bob\\t\\\\@example.net', 1, E'b\\\\x');
            """;

    @TempDir
    private Path state;

    private final List<String> faults = new ArrayList<>();

    private final RevisionKeeper.Remarks remarks = new RevisionKeeper.Remarks() {
        @Override
        public void gap(String table, String after, String next) {
            faults.add("gap");
        }

        @Override
        public void failed(UnderstudyException why) {
            faults.add(why.getMessage());
        }
    };

    private RowSite site;

    /** User 2 was deleted after the first snapshot, and a month has gone since. */
    private void erased() {
        erased(Sealing.NONE);
    }

    private void erased(Sealing sealing) {
        site = new RowSite(state, SCHEMA, sealing);
        site.tables("[{table: users, keep: 90 days, deleted: 30 days}]");
        site.take();
        site.keep(remarks, Instant.now());
        site.sql("DELETE FROM users WHERE id = 2");
        site.take();
        site.keep(remarks, Instant.now());
        site.keep(remarks, Instant.now().plus(Duration.ofDays(29)));
        assertThat(site.run("restore-row", "users", "2")).as(site::err).isZero();
        site.keep(remarks, Instant.now().plus(Duration.ofDays(31)));
        assertThat(faults).isEmpty();
    }

    private String dumped(String... more) {
        Path file = state.resolve("dump" + System.nanoTime() + ".sql");
        List<String> all = new ArrayList<>(List.of("dump", "00000001-00000001", "--to", file.toString()));
        all.addAll(List.of(more));
        assertThat(site.run(all.toArray(String[]::new))).as(site::err).isZero();
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Tag("always")
    @Test
    void aRestoreLeavesOutWhoWasErasedAndWhatRefersToThem() {
        erased();
        String name = site.newName();
        List<String> left = site.restore(1, name);
        assertThat(left)
                .satisfiesExactly(
                        each -> assertThat(each).startsWith("left out: 1 row of public.login, with erased rows"),
                        each -> assertThat(each).startsWith("left out: 1 row of public.users, erased"),
                        each -> assertThat(each).startsWith("left out: 1 row of public.visit_1, with erased rows"));
        assertThat(site.sqlOf(name, "SELECT string_agg(id::text, ',' ORDER BY id) FROM users"))
                .isEqualTo("1,3");
        assertThat(site.sqlOf(name, "SELECT count(*) FROM login")).isEqualTo("1");
        assertThat(site.sqlOf(name, "SELECT string_agg(n::text, ',' ORDER BY n) FROM visit"))
                .isEqualTo("1,3");
        assertThat(site.sqlOf(name, "SELECT author, parent, text FROM article WHERE id = 2"))
                .isEqualTo("|1|b\\x");
        assertThat(site.sqlOf(name, "SELECT author FROM article WHERE id = 1")).isEqualTo("ann@example.net");
        // The newest snapshot has nothing to leave out.
        assertThat(site.restore(2, site.newName())).isEmpty();
    }

    @Test
    void noDumpHasThemUnlessAskedFor() throws IOException {
        erased();
        assertThat(dumped()).contains("ann@example.net").doesNotContain("bob");
        assertThat(site.err()).contains("left out: 1 row of public.users");
        assertThat(dumped("--include-erased")).contains("bob");
        Path folder = state.resolve("folder");
        assertThat(site.run("dump", "00000001-00000001", "--format", "directory", "--to", folder.toString(), "--json"))
                .as(site::err)
                .isZero();
        assertThat(site.out()).contains("\"erased\":[\"left out: 1 row of public.login");
        try (var files = Files.list(folder)) {
            assertThat(files)
                    .allSatisfy(file -> assertThat(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1))
                            .doesNotContain("bob"));
        }
        assertThat(site.run("dump", "00000001-00000001", "--format", "directry"))
                .isEqualTo(2);
        assertThat(site.err()).contains("did you mean directory? plain is a script");
        // Their tables are shorter than the snapshot's lists say, and each file's length comes before it.
        assertThat(site.run("dump", "00000001-00000001", "--format", "directory"))
                .as(site::err)
                .isZero();
        assertThat(site.out()).startsWith("toc.dat").contains("ann@example.net").doesNotContain("bob");
        // Where the table itself is not asked for, nothing has to go with its rows.
        assertThat(dumped("--table", "login")).contains("20\t2");
    }

    @Test
    void neitherHistoryNorRestoreRowShowsThemUnlessAskedFor() {
        erased();
        assertThat(site.run("restore-row", "users", "2")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("cannot restore row 2 of public.users: it was erased", "--include-erased");
        assertThat(site.run("restore-row", "login", "20")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("it refers to public.users (id=2)");
        assertThat(site.run("restore-row", "login", "20", "--include-erased", "--apply", "--yes"))
                .as(site::err)
                .isZero();
        assertThat(site.sql("SELECT count(*) FROM users WHERE id = 2")).isEqualTo("1");
        assertThat(site.run("history", "users", "2")).as(site::err).isZero();
        assertThat(site.out() + site.err())
                .contains("row 2 of public.users was erased")
                .doesNotContain("bob");
        assertThat(site.run("history", "users", "2", "--include-erased")).isZero();
        assertThat(site.out()).contains("bob");
        assertThat(site.run("history", "--deleted", "users")).isZero();
        assertThat(site.out() + site.err())
                .contains("left out: 1 row of public.users")
                .doesNotContain("bob");
    }

    /** It came back, or another one got its key: that is a row of later snapshots, and no erased one. */
    @Test
    void whatHasTheKeyByNowIsAnotherRow() {
        erased();
        site.sql("INSERT INTO users VALUES (2, 'other@example.net')");
        site.take();
        site.keep(remarks, Instant.now().plus(Duration.ofDays(32)));
        assertThat(site.restore(3, site.newName())).isEmpty();
        assertThat(site.restore(1, site.newName())).hasSize(3);
        site.sql("DELETE FROM users WHERE id = 2");
        assertThat(site.run("restore-row", "users", "2")).as(site::err).isZero();
        assertThat(site.out()).contains("other@example.net");
    }

    /** The hashes say nothing, and every server of the site reads them. */
    @Test
    void otherServersKnowItFromTheFilestore() {
        erased();
        assertThat(site.sqlOfHistory("SELECT count(*) FROM users")).isEqualTo("0");
        assertThat(site.sqlOfHistory("SELECT name, length(hash) FROM understudy.erased"))
                .isEqualTo("public.users|22");
        String object = site.snapshots().erasedObject();
        assertThat(object).doesNotContain("users", "\"2\"", "bob");
        site.dropHistory();
        assertThat(site.run("restore-row", "users", "2")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.err()).contains("it was erased");
        site.tables("[]");
        assertThat(site.restore(1, site.newName())).hasSize(3);
    }

    @Test
    void whatIsNotKnownIsNotRestoredAsIfItWas() {
        erased();
        site.snapshots().filestoreIsAway(true);
        // Its own list is enough for the server that keeps one.
        assertThat(site.restore(1, site.newName())).hasSize(3);
        site.dropHistory();
        assertThatThrownBy(() -> site.restore(1, site.newName()))
                .isInstanceOfSatisfying(UnderstudyException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE);
                    assertThat(e.hint()).contains("--include-erased");
                })
                .hasMessageContaining("cannot find out which rows were erased");
        assertThat(dumped("--include-erased")).contains("bob");
    }

    /** The network is down, and another server of the site keeps the revisions. */
    @Test
    void whatTheMirrorRemembersIsLeftOutWithoutTheFilestore() {
        erased();
        site.snapshots().remember(Instant.parse("2026-11-20T10:00:00Z"));
        site.snapshots().filestoreIsAway(true);
        site.dropHistory();
        assertThat(dumped()).contains("ann@example.net").doesNotContain("bob");
        assertThat(site.err())
                .contains(
                        "warning: rows that were erased up to 2026-11-20T10:00:00Z are left out, as this server remembers"
                                + " them; which ones other servers erased since is not known: the filestore is away",
                        "left out: 1 row of public.users");
        assertThat(site.run("restore-row", "users", "2")).isEqualTo(ErrorCode.USAGE.exitCode());
        site.tables("[]");
        assertThat(site.restore(1, site.newName())).hasSize(3);
    }

    /** A damaged note is none. */
    @Test
    void aDamagedNoteOfTheMirrorIsNoKnowledge() {
        erased();
        site.snapshots().damageWhatIsRemembered();
        site.snapshots().filestoreIsAway(true);
        assertThat(dumped()).as("its own list is enough").doesNotContain("bob");
        assertThat(site.err()).contains("what this server remembers of rows that were erased cannot be read");
        site.dropHistory();
        assertThatThrownBy(() -> site.restore(1, site.newName()))
                .hasMessageContaining("cannot find out which rows were erased");
    }

    @Test
    void aListThatNoTrustedKeySignedLeavesNothingOut() {
        erased();
        site.dropHistory();
        site.snapshots().forgeErased();
        assertThat(site.restore(1, site.newName())).isEmpty();
        assertThat(site.run("restore-row", "users", "2")).as(site::err).isZero();
        assertThat(site.err()).contains("is junk and is passed over");
    }

    /** From content and a list that are read with the key alone: to a dump, to a database, and by an import. */
    @Test
    void ofAnEncryptedRepositoryTooUnlessAskedFor() throws Exception {
        erased(RepositoryKey.generate(new SecureRandom()).sealing());
        assertThat(site.snapshots().shows("ann@example.net")).isFalse();
        assertThat(dumped()).contains("ann@example.net").doesNotContain("bob");
        assertThat(dumped("--include-erased")).contains("bob");
        String users = "SELECT string_agg(id::text, ',' ORDER BY id) FROM users";

        String without = site.newName();
        assertThat(site.restore(1, without)).hasSize(3);
        assertThat(site.sqlOf(without, users)).isEqualTo("1,3");
        String with = site.newName();
        assertThat(site.restore(1, with, true)).isEmpty();
        assertThat(site.sqlOf(with, users)).isEqualTo("1,2,3");

        String live = site.load(1, site.newName(), false);
        assertThat(site.sqlOf(live, users)).isEqualTo("1,3");
        assertThat(site.sqlOf(live, "SELECT count(*) FROM login")).isEqualTo("1");
        assertThat(site.sqlOf(live, "SELECT author FROM article WHERE id = 2")).isEmpty();

        // Another server of the site has the hash of the repository's secret, and no list of its own.
        site.dropHistory();
        assertThat(dumped()).doesNotContain("bob");
        assertThat(site.run("restore-row", "users", "2")).isEqualTo(ErrorCode.USAGE.exitCode());
        assertThat(site.run("restore-row", "users", "2", "--include-erased"))
                .as(site::err)
                .isZero();
        assertThat(site.out()).contains("bob");
    }
}
