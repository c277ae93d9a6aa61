package io.understudy.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.browse.BrowsedSite;
import io.understudy.failure.ErrorCode;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseWriter;
import io.understudy.repository.Manifests;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.blob.StreamRef;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code history} of both agents, by its command line, on snapshots in memory. */
class HistoryCommandTest {
    @TempDir
    private Path folder;

    private BrowsedSite site;

    @BeforeEach
    void build() throws IOException {
        site = new BrowsedSite(folder, List.of(HistoryCommand.class));
    }

    private SnapshotId note(String lines) {
        byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
        StreamRef rows = StreamRef.of(List.of(site.blobs().put(bytes, 0, bytes.length)));
        DatabaseWriter lists = new DatabaseWriter(site.blobs());
        lists.add(new TableData(
                "public",
                "note",
                List.of("id", "text"),
                List.of("id"),
                1,
                rows.bytes(),
                null,
                null,
                new TableContent(rows)));
        return site.takeDatabases(
                List.of(lists.finish("site", Manifests.properties(), "cd".repeat(32), 8 << 20, StreamRef.NONE)
                        .data()));
    }

    private void withoutPostgresql() {
        site.takeDatabases(List.of(DatabaseData.ofCommand(
                "shop", StreamRef.NONE, StreamRef.NONE, new DatabaseData.Dump(Instant.EPOCH, "mariadb"))));
    }

    private List<String> lines(String... arguments) {
        assertThat(site.run(arguments)).as(site.err()).isZero();
        return site.out().lines().toList();
    }

    @Test
    void aSnapshotWithoutPostgresqlHasNoRowAndIsNotDamaged() {
        withoutPostgresql();
        note("1\ta\n2\tb\n");
        note("2\tb\n");
        withoutPostgresql();
        assertThat(lines("history", "note", "2"))
                .containsExactly(
                        "2026-11-20T10:00:02Z to 2026-11-20T10:00:04Z  00000001-00000002  id='2' text='b'",
                        "2026-11-20T10:00:04Z to now  00000001-00000004  deleted");
        assertThat(site.err()).doesNotContain("warning");
        assertThat(lines("history", "--deleted", "note"))
                .containsExactly("2026-11-20T10:00:03Z  00000001-00000002  id='1' text='a'");
        assertThat(site.err()).doesNotContain("warning");
    }

    @Test
    void aSnapshotThatCannotBeReadIsNoVersion() {
        note("7\ta\n");
        site.spoil(note("8\tb\n"));
        note("7\ta\n");
        assertThat(lines("history", "note", "7"))
                .containsExactly("2026-11-20T10:00:01Z to now  00000001-00000001  id='7' text='a'");
        assertThat(lines("history", "--deleted", "note")).isEmpty();
        assertThat(site.err()).contains("warning: cannot use 00000001-00000002; it is passed over");
    }

    @Test
    void refusesASiteWithoutPostgresql() {
        withoutPostgresql();
        assertThat(site.run("history", "note", "7")).isEqualTo(ErrorCode.FORMAT_UNKNOWN.exitCode());
        assertThat(site.err()).contains("has no database of PostgreSQL: it has");
        assertThat(site.run("history", "--deleted", "note")).isEqualTo(ErrorCode.FORMAT_UNKNOWN.exitCode());
    }
}
