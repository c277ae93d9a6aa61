package io.understudy.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.browse.SnapshotFiles;
import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.files.ContentHash;
import io.understudy.files.TreeEntry;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.progress.Progress;
import io.understudy.replica.events.ReplicaPoint;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TableRows;
import io.understudy.repository.TreeData;
import io.understudy.repository.Verification;
import io.understudy.repository.tree.IndexEntry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Returns of an old primary that are killed: the same command again ends well, with one orphan that has each row and
 * file that was never shipped, and with a server that follows.
 */
record ReturnCrashes(CrashStage stage) {
    private static final Set<ReplicaPoint> BEFORE_MARKER =
            Set.of(ReplicaPoint.REJOIN_SITE_STOPPED, ReplicaPoint.REJOIN_ORPHAN_SAVED, ReplicaPoint.KEPT_COPY_ENDED);
    private static final List<String> TABLES = List.of("version", "notes", "marks");

    void at(ReplicaPoint point) {
        Host old = overtaken();
        int before = orphans().size();
        Content own = Content.of(old);
        old.killAt(point, 1, "replica", "rejoin", "--yes");
        assertThat(old.marked()).isEqualTo(!BEFORE_MARKER.contains(point));
        comesBack(old, own, before);
    }

    /** The process that saves the orphan is one of its own. */
    void saving(PrimaryPoint point) {
        Host old = overtaken();
        int before = orphans().size();
        Content own = Content.of(old);
        old.killAt(point, 1, "primary", "orphan");
        assertThat(old.marked()).isFalse();
        comesBack(old, own, before);
    }

    /** A snapshot is imported over it before anyone asks what it never shipped; later ones follow. */
    void overwritten(ReplicaPoint point) {
        Host old = overtaken();
        int before = orphans().size();
        Content own = Content.of(old);
        old.succeed("replica", "init", "--yes");
        stage.snapshot();
        if (point == ReplicaPoint.KEPT_COPY_SAVED) {
            old.succeed("replica", "sync");
            old.killAt(point, 1, "replica", "rejoin", "--yes");
        } else {
            old.killAt(point, 1, "replica", "sync");
        }
        stage.nextRound();
        stage.nextRound();
        old.succeed("replica", "rejoin", "--yes");
        assertSaved(own, before);
        stage.nextRound();
        assertThat(orphans()).hasSize(before + 1);
    }

    /** @return the old primary, whose site has what it never shipped */
    private Host overtaken() {
        stage.nextRound();
        Host old = stage.primary();
        stage.standby().succeed("replica", "promote", "--yes");
        stage.change();
        stage.exchangeRoles();
        return old;
    }

    private void comesBack(Host old, Content own, int before) {
        assertThat(Content.of(old)).isEqualTo(own);
        old.succeed("replica", "rejoin", "--yes");
        assertThat(old.marked()).isTrue();
        assertThat(old.mode()).isNotEqualTo("primary");
        assertSaved(own, before);
        stage.nextRound();
        assertThat(orphans()).hasSize(before + 1);
    }

    private void assertSaved(Content own, int before) {
        assertThat(orphans()).hasSize(before + 1);
        SnapshotId orphan = orphans().get(before);
        Repository saved = stage.repository().orphans();
        new Verification(1).verify(saved, orphan, Progress.none());
        assertThat(Content.of(new Opened(saved.read(orphan), saved.blobs()))).isEqualTo(own);
    }

    private List<SnapshotId> orphans() {
        return stage.repository().orphans().list();
    }

    /** Rows by table, and hashes of files by tree and path. */
    private record Content(Map<String, List<String>> rows, Map<String, String> files) {
        static Content of(Host host) {
            Map<String, List<String>> rows = new TreeMap<>();
            TABLES.forEach(table -> rows.put(table, host.content().rowsIn(table)));
            Map<String, String> files = new TreeMap<>();
            for (String tree : List.of("media", "config", "security")) {
                Path root = host.tree(tree);
                try (Stream<Path> all = Files.walk(root)) {
                    for (Path file : all.filter(Files::isRegularFile).toList()) {
                        String path = root.relativize(file).toString();
                        if (!path.startsWith(".understudy")) {
                            files.put(tree + "/" + path, hash(Files.readAllBytes(file)));
                        }
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return new Content(rows, files);
        }

        static Content of(Opened opened) {
            Map<String, List<String>> rows = new TreeMap<>();
            try (Stream<TableData> tables = opened.manifest().database().tables(opened.blobs())) {
                tables.filter(table -> TABLES.contains(table.name()))
                        .forEach(table -> rows.put(table.name(), lines(TableRows.all(table, opened.blobs()))));
            }
            SnapshotFiles files = new SnapshotFiles(opened);
            Map<String, String> hashes = new TreeMap<>();
            for (TreeData tree : files.trees()) {
                try (Stream<IndexEntry> entries = files.entries(tree)) {
                    hashes.putAll(entries.map(IndexEntry::entry)
                            .filter(TreeEntry.File.class::isInstance)
                            .map(TreeEntry.File.class::cast)
                            .collect(Collectors.toMap(
                                    file -> tree.name() + "/" + file.path(),
                                    file -> file.hash().hex())));
                }
            }
            return new Content(rows, hashes);
        }

        private static List<String> lines(InputStream rows) {
            try (rows) {
                return new String(rows.readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .sorted()
                        .toList();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static String hash(byte[] bytes) {
            return ContentHash.ofContent(bytes, 0, bytes.length).hex();
        }
    }
}
