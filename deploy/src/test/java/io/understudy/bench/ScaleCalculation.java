package io.understudy.bench;

import io.understudy.files.TreeKind;
import io.understudy.filestore.directory.DirectoryFilestore;
import io.understudy.primary.capture.LocalLists;
import io.understudy.progress.Progress;
import io.understudy.rehearsal.Folders;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.DatabaseData.TableDelta;
import io.understudy.repository.DatabaseProperties;
import io.understudy.repository.DatabaseWriter;
import io.understudy.repository.Manifest;
import io.understudy.repository.ReferencedBlobs;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSession;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.ListDelta;
import io.understudy.repository.blob.References;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import io.understudy.time.Ticker;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What rounds of a very large site cost in processor time, memory, requests and bytes of metadata: synthetic lists,
 * indexes, references and manifests go through the code of the agents at two scales, and what the larger one took is
 * multiplied. That all of it grows in proportion shows the smaller one. No content is read and no database asked, so it
 * is a lower bound.
 */
final class ScaleCalculation {
    /** A site at the end of what is asked for. */
    private static final SyntheticSite WHOLE = new SyntheticSite(5_000, 10_000_000_000_000L, 512 << 10, 100_000_000);

    private static final int SNAPSHOTS = 1_000;
    private static final int REPLICAS = 50;
    private static final int[] PARTS = {1_000, 100};
    private static final int SOME = 20;
    private static final DatabaseProperties PROPERTIES = new DatabaseProperties(
            "UTF8", "C", "C", "libc", null, null, null, "site", -1, null, List.of(), null, List.of(), List.of());

    private final Path home;
    private final PrintStream progress;
    private final List<Row> rows = new ArrayList<>();
    private int noted;
    private long changes;

    /** @param amounts at each of {@link #PARTS} */
    private record Row(String what, String unit, double size, boolean grows, List<Double> amounts) {}

    /** @param home an empty folder */
    ScaleCalculation(Path home, PrintStream progress) {
        this.home = home;
        this.progress = progress;
    }

    /** The table, in Markdown. */
    String table() {
        for (int part : PARTS) {
            progress.println("  1/" + part);
            noted = 0;
            at(part);
        }
        StringBuilder text =
                new StringBuilder("| what | 1/1000 | 1/100 | 10 TB, 100 million files |\n| --- | --- | --- | --- |\n");
        rows.forEach(row -> text.append(line(row)));
        return text.append("\nReplicas of that site that poll once a second ask ")
                .append(2 * REPLICAS)
                .append(" questions a second of the filestore; with announcements they ask none.\n")
                .toString();
    }

    private static String line(Row row) {
        double last = row.amounts().get(1);
        return String.format(
                Locale.ROOT,
                "| %s | %.4g %s | %.4g %s | %.4g %s |%n",
                row.what(),
                row.amounts().get(0) / row.size(),
                row.unit(),
                last / row.size(),
                row.unit(),
                (row.grows() ? last * PARTS[1] : last) / row.size(),
                row.unit());
    }

    private void at(int part) {
        SyntheticSite site =
                new SyntheticSite(WHOLE.tables(), WHOLE.bytes() / part, WHOLE.blob(), WHOLE.files() / part);
        Path folder = Folders.create(home.resolve("scale-" + part));
        CountedFilestore store = new CountedFilestore(new DirectoryFilestore(folder));
        SigningKey key = SigningKey.generate();
        Repository repository =
                Repository.create(store, UUID.randomUUID(), "site", TrustedKeys.of(key.publicKey()), Clock.systemUTC());
        Cost first = new Cost(store);
        DatabaseWriter.Written written;
        try (BlobSession session = repository.blobs().session(KnownBlobs.none())) {
            DatabaseWriter lists = new DatabaseWriter(session);
            for (int i = 0; i < site.tables(); i++) {
                lists.add(site.table(i));
            }
            written = lists.finish("site", PROPERTIES, "ab".repeat(32), site.bytes(), StreamRef.of(List.of()));
            session.settle();
        }
        first.end();
        note("blobs of rows", "thousand", 1e3, true, site.blobs());
        note("first snapshot, lists and references of the database: processor time", "s", 1, true, first.seconds());
        note("the same: bytes stored", "MB", 1e6, true, first.traffic().sent());
        note("names of these blobs in memory; a snapshot holds them twice", "MB", 1e6, true, memory(written.named()));
        changed(site, repository, store, written);
        tree(site, repository, store);
        snapshots(repository, store, key, written);
        Folders.delete(folder);
    }

    /** One row of one table changed: the next snapshot, and what a standby reads to find that out. */
    private void changed(
            SyntheticSite site, Repository repository, CountedFilestore store, DatabaseWriter.Written base) {
        LocalLists lists = new LocalLists(home.resolve("state-" + site.files()), Ticker.system());
        Cost cold = new Cost(store);
        next(site, repository, base, lists.of(repository.blobs()));
        cold.end();
        note(
                "snapshot after one row changed, the first of a process: requests",
                "",
                1,
                false,
                cold.traffic().requests());
        note("the same: bytes read", "MB", 1e6, true, cold.traffic().received());
        Cost next = new Cost(store);
        DatabaseWriter.Written written = next(site, repository, base, lists.of(repository.blobs()));
        next.end();
        note("the next one: requests", "", 1, false, next.traffic().requests());
        note("the same: processor time", "s", 1, true, next.seconds());
        note("the same: bytes written", "kB", 1e3, false, next.traffic().sent());
        Cost fetch = new Cost(store);
        ListDelta references =
                ListDelta.between(base.data().references(), written.data().references(), repository.blobs());
        References.read(references.after(), repository.blobs()).forEachRemaining(blob -> {});
        ListDelta tables =
                ListDelta.between(base.data().tables(), written.data().tables(), repository.blobs());
        try (Stream<TableData> changed = DatabaseData.tables(tables.after(), repository.blobs())) {
            changed.forEach(table -> {});
        }
        fetch.end();
        note("a standby finds what changed: processor time", "s", 1, true, fetch.seconds());
        note("the same: bytes read", "MB", 1e6, true, fetch.traffic().received());
    }

    private DatabaseWriter.Written next(
            SyntheticSite site, Repository repository, DatabaseWriter.Written base, BlobSource source) {
        changes++;
        try (BlobSession session = repository.blobs().session(base.named());
                Stream<TableData> tables = base.data().tables(source)) {
            DatabaseWriter lists = new DatabaseWriter(session);
            int number = 0;
            for (TableData table : (Iterable<TableData>) tables::iterator) {
                TableContent content = new TableContent(table.content().base().whole(source));
                lists.add(site.table(number, number == 7 ? changed(content, changes) : content));
                number++;
            }
            DatabaseWriter.Written written =
                    lists.finish("site", PROPERTIES, "ab".repeat(32), site.bytes(), StreamRef.of(List.of()));
            session.settle();
            return written;
        }
    }

    private static TableContent changed(TableContent content, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        StreamRef some = StreamRef.of(List.of(SyntheticSite.blob(random, 60)));
        return new TableContent(content.base(), List.of(new TableDelta(some, some)));
    }

    private void tree(SyntheticSite site, Repository repository, CountedFilestore store) {
        Cost write = new Cost(store);
        TreeData tree;
        try (BlobSession session = repository.blobs().session(KnownBlobs.none());
                StreamWriter writer = StreamWriter.rows(session);
                OutputStream out = new BufferedOutputStream(writer, 1 << 16)) {
            References references = new References(session);
            site.entries(entry -> write(entry.with(content -> content.keptBy(references)), out));
            out.flush();
            StreamRef index = references.keep(writer.finish());
            tree = new TreeData("media", TreeKind.FILES, site.files(), 1, index, references.finish());
            session.settle();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        write.end();
        note("the index of all files is written: processor time", "s", 1, true, write.seconds());
        note("the same: bytes stored", "MB", 1e6, true, write.traffic().sent());
        Cost read = new Cost(store);
        try (Stream<IndexEntry> entries = TreeIndex.read(tree.index(), repository.blobs())) {
            entries.forEach(entry -> {});
        }
        read.end();
        note("the index is read: processor time", "s", 1, true, read.seconds());
    }

    private static void write(IndexEntry entry, OutputStream out) {
        try {
            TreeIndex.write(entry, out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What {@code list} and pruning read of each snapshot; there are some here, and a thousand in the table. */
    private void snapshots(
            Repository repository, CountedFilestore store, SigningKey key, DatabaseWriter.Written written) {
        List<SnapshotId> all = new ArrayList<>();
        for (int i = 1; i <= SOME; i++) {
            Manifest manifest = manifest(new SnapshotId(1, i), written);
            all.add(manifest.snapshot());
            repository.commit(manifest, key);
        }
        Cost list = new Cost(store);
        all.forEach(repository::read);
        list.end();
        note(
                "the manifests of 1,000 snapshots, as list and prune read them: requests",
                "",
                1,
                false,
                list.traffic().requests() * SNAPSHOTS / SOME);
        note("the same: bytes", "MB", 1e6, false, (double) list.traffic().received() * SNAPSHOTS / SOME);
        Cost mark = new Cost(store);
        ReferencedBlobs referenced = new ReferencedBlobs(repository, repository.blobs());
        referenced.add(List.of(all.get(0)), Progress.none());
        mark.end();
        note("pruning reads the references of the first snapshot: processor time", "s", 1, true, mark.seconds());
    }

    private static Manifest manifest(SnapshotId id, DatabaseWriter.Written written) {
        return new Manifest(
                Manifest.FORMAT,
                "site",
                id,
                List.of("hourly"),
                null,
                Instant.parse("2026-11-20T11:00:00Z"),
                "0/1",
                "a",
                new Manifest.Versions("1", 150000, "15"),
                List.of(written.data()),
                List.of(),
                new Manifest.Totals(written.tables(), written.rows(), written.bytes(), 0, 0, 1, 1));
    }

    private void note(String what, String unit, double size, boolean grows, double amount) {
        if (noted == rows.size()) {
            rows.add(new Row(what, unit, size, grows, new ArrayList<>()));
        }
        rows.get(noted++).amounts().add(amount);
    }

    /** What the set takes: that much more is in use with another one like it. */
    private static double memory(KnownBlobs names) {
        long before = used();
        KnownBlobs copy = KnownBlobs.none();
        copy.addAll(names);
        long after = used();
        return copy.size() == names.size() ? after - before : 0;
    }

    private static long used() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** Processor time of this thread, and traffic, from its making to its end. */
    private static final class Cost {
        private final CountedFilestore store;
        private final CountedFilestore.Traffic before;
        private final long began = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        private CountedFilestore.Traffic traffic;
        private double seconds;

        Cost(CountedFilestore store) {
            this.store = store;
            this.before = store.traffic();
        }

        void end() {
            seconds = (ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - began) / 1e9;
            traffic = store.traffic().since(before);
        }

        CountedFilestore.Traffic traffic() {
            return traffic;
        }

        double seconds() {
            return seconds;
        }
    }
}
