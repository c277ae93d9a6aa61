package io.understudy.dump;

import io.understudy.dump.ArchiveItem.Section;
import io.understudy.dump.DumpRequest.Parts;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.files.FolderDeletion;
import io.understudy.postgres.Sql;
import io.understudy.progress.Progress;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.Named;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Writes a snapshot's database in pg_dump's directory format, which pg_restore reads, in parallel too. The folder gets
 * its name when all is in it. Files are readable by this user alone, and not compressed.
 */
final class DirectoryDump {
    private static final String CONTENTS = "toc.dat";
    private static final int BLOCK = 64 << 10;
    /** What pg_dump writes behind rows. */
    private static final byte[] END_OF_ROWS = "\\.\n\n\n".getBytes(StandardCharsets.US_ASCII);

    private static final int ONE_LIST_OF_OBJECTS = 15;

    private final Manifest manifest;
    private final DatabaseData database;
    private final BlobSource blobs;
    private final ArchiveScript archive;
    private final DumpRequest request;
    private final Choice choice;
    private final Function<TableData, InputStream> content;
    private final Map<String, ArchiveItem> tables = new HashMap<>();
    private final Map<String, ArchiveItem> sequences = new HashMap<>();
    /** Of rows that are kept apart, by the table's name. */
    private final Map<String, String> files = new HashMap<>();

    /** @param rows those of a table as COPY writes them */
    DirectoryDump(
            Manifest manifest,
            BlobSource blobs,
            ArchiveScript archive,
            DumpRequest request,
            Choice choice,
            Function<TableData, InputStream> rows) {
        this.content = rows;
        this.manifest = manifest;
        this.database = manifest.database();
        this.blobs = blobs;
        this.archive = archive;
        this.request = request;
        this.choice = choice;
        for (ArchiveItem item : choice.graph().items()) {
            if (item.kind().equals("TABLE")) {
                tables.put(Sql.qualified(item.schema(), item.name()), item);
            } else if (item.kind().equals("SEQUENCE")) {
                sequences.put(Sql.qualified(item.schema(), item.name()), item);
            }
        }
    }

    void write(Path folder, Progress progress) {
        Path target = folder.toAbsolutePath().normalize();
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw DumpFile.exists(target);
        }
        Path draft = target.resolveSibling(".understudy-" + target.getFileName() + ".part");
        // What a killed command left.
        FolderDeletion.delete(draft);
        boolean whole = false;
        try {
            AtomicFiles.createFolders(draft, AtomicFiles.PRIVATE_FOLDER);
            fill(draft, progress);
            AtomicFiles.forceFolder(draft);
            AtomicFiles.move(draft, target);
            whole = true;
        } catch (IOException e) {
            throw FileFailure.of("write the dump to", target, e);
        } finally {
            if (!whole) {
                FolderDeletion.delete(draft);
            }
        }
    }

    private void fill(Path folder, Progress progress) throws IOException {
        Set<Integer> kept = new HashSet<>(choice.list(request::takes));
        Map<Integer, String> stored = new HashMap<>();
        try (InputStream in = archive.open()) {
            ArchiveStream entries = ArchiveStream.open(in, database.properties().encoding());
            try (OutputStream out = create(folder.resolve(CONTENTS))) {
                contents(entries, kept, stored, out);
            }
            content(entries, stored, folder);
        }
        if (request.parts() != Parts.SCHEMA) {
            rows(folder, progress);
        }
    }

    private void contents(ArchiveStream entries, Set<Integer> kept, Map<Integer, String> stored, OutputStream out)
            throws IOException {
        int most =
                choice.graph().ids().stream().mapToInt(Integer::intValue).max().orElse(0);
        long ours = request.parts() == Parts.SCHEMA ? 0 : count(tables()) + count(sequences());
        long theirs = choice.graph().items().stream()
                .filter(item -> isKept(item, kept))
                .count();
        DirectoryContents contents = new DirectoryContents(
                out, entries, database.properties().encoding(), Math.toIntExact(ours + theirs), most + 1);
        boolean added = request.parts() == Parts.SCHEMA;
        while (entries.hasNext()) {
            ArchiveItem item = entries.next();
            if (!added && item.section() == Section.POST_DATA) {
                add(contents);
                added = true;
            }
            if (isKept(item, kept)) {
                String file = entries.filled() ? file(item, entries.minor()) : "";
                contents.entry(entries.raw(), file);
                if (!file.isEmpty()) {
                    stored.put(item.id(), file);
                }
            }
        }
        if (!added) {
            add(contents);
        }
    }

    private static boolean isKept(ArchiveItem item, Set<Integer> kept) {
        return item.isOfReading() || kept.contains(item.id());
    }

    private static String file(ArchiveItem item, int minor) {
        if (!item.kind().equals("BLOBS")) {
            return item.id() + ".dat";
        }
        return minor <= ONE_LIST_OF_OBJECTS ? "blobs.toc" : "blobs_" + item.id() + ".toc";
    }

    private void add(DirectoryContents contents) throws IOException {
        Map<String, String> roots = choice.graph().roots();
        try (Stream<TableData> all = tables()) {
            for (Iterator<TableData> each = all.iterator(); each.hasNext(); ) {
                TableData table = each.next();
                String name = qualified(table);
                files.put(name, contents.rows(table, item(tables, name), roots.getOrDefault(name, name)));
            }
        }
        try (Stream<SequenceData> all = sequences()) {
            for (Iterator<SequenceData> each = all.iterator(); each.hasNext(); ) {
                SequenceData sequence = each.next();
                contents.value(item(sequences, qualified(sequence)), DatabaseDump.value(sequence) + "\n\n");
            }
        }
    }

    private static ArchiveItem item(Map<String, ArchiveItem> items, String name) {
        ArchiveItem item = items.get(name);
        if (item == null) {
            throw new UnderstudyException(
                    ErrorCode.MANIFEST_DAMAGED,
                    "cannot write a dump: the snapshot's archive does not name " + name + ", which its lists do",
                    "write it as a script: dump without --format");
        }
        return item;
    }

    private Stream<TableData> tables() {
        return database.tables(blobs).filter(choice::holds);
    }

    private Stream<SequenceData> sequences() {
        return database.sequences(blobs).filter(choice::holds);
    }

    private static long count(Stream<?> all) {
        try (all) {
            return all.count();
        }
    }

    private static String qualified(Named named) {
        return Sql.qualified(named.schema(), named.name());
    }

    /** What the archive itself holds: large objects, and rows that are not kept apart. */
    private static void content(ArchiveStream entries, Map<Integer, String> stored, Path folder) throws IOException {
        for (ArchiveStream.Block block = entries.block(); block != null; block = entries.block()) {
            String file = stored.get(block.id());
            if (block.isOfObjects()) {
                objects(block, file, folder);
            } else if (file == null) {
                block.copy(OutputStream.nullOutputStream());
            } else {
                try (OutputStream out = create(folder.resolve(file))) {
                    block.copy(out);
                }
            }
        }
    }

    private static void objects(ArchiveStream.Block block, String file, Path folder) throws IOException {
        StringBuilder list = new StringBuilder();
        for (int number = block.object(); number != 0; number = block.object()) {
            String name = "blob_" + Integer.toUnsignedString(number) + ".dat";
            try (OutputStream out = file == null ? OutputStream.nullOutputStream() : create(folder.resolve(name))) {
                block.copy(out);
            }
            list.append(Integer.toUnsignedString(number))
                    .append(' ')
                    .append(name)
                    .append('\n');
        }
        if (file != null) {
            try (OutputStream out = create(folder.resolve(file))) {
                out.write(list.toString().getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    private void rows(Path folder, Progress progress) throws IOException {
        long done = 0;
        try (Stream<TableData> all = tables()) {
            for (Iterator<TableData> each = all.iterator(); each.hasNext(); ) {
                TableData table = each.next();
                try (InputStream rows = content.apply(table);
                        OutputStream out = create(folder.resolve(files.get(qualified(table))))) {
                    rows.transferTo(out);
                    out.write(END_OF_ROWS);
                }
                done += table.bytes();
                progress.report("dump", done, manifest.totals().databaseBytes());
            }
        }
    }

    private static OutputStream create(Path file) throws IOException {
        return new BufferedOutputStream(AtomicFiles.openPrivate(file), BLOCK);
    }
}
