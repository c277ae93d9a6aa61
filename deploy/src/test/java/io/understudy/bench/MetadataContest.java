package io.understudy.bench;

import io.understudy.rehearsal.PostgresServer;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What one changed row makes a tracked snapshot write, in a site that has very many tables and files. */
final class MetadataContest {
    /** For each MB that is asked for: 5,000 tables and 100,000 files with the usual 500. */
    private static final int TABLES = 10;

    private static final int FILES = 200;
    private static final int PER_FOLDER = 500;
    private static final int PER_STATEMENT = 100;

    private final Testbed stand;
    private final int tables;
    private final int files;
    private final int runs;
    private final PrintStream progress;

    MetadataContest(Testbed stand, int megabytes, int runs, PrintStream progress) {
        this.stand = stand;
        this.tables = TABLES * megabytes;
        this.files = FILES * megabytes;
        this.runs = runs;
        this.progress = progress;
    }

    /** All that is written but one row and its key. */
    Finding write() {
        stand.trackChanges();
        makeTables(stand.primary().database());
        makeFiles(stand.primary().layout().media());
        stand.newRepository();
        var agent = stand.startPrimary();
        stand.snapshot();
        List<Double> written = new ArrayList<>();
        for (int run = 0; run < runs; run++) {
            stand.primary().database().execute("site", "UPDATE table_7 SET content = content || 'x' WHERE id = 7");
            long before = Testbed.bytes(stand.repository());
            double seconds = stand.snapshot().seconds();
            written.add((double) Testbed.bytes(stand.repository()) - before);
            progress.printf(Locale.ROOT, "  %.0f bytes after one row, in %.2f s%n", written.get(run), seconds);
        }
        stand.stopPrimary(agent);
        return Finding.value(
                "written by a tracked snapshot after one row changed, with %,d tables and %,d files"
                        .formatted(tables, files),
                Unit.KILOBYTES,
                new Sample(written),
                200e3);
    }

    private void makeTables(PostgresServer database) {
        for (int first = 1; first <= tables; first += PER_STATEMENT) {
            database.execute("site", """
                    DO $$ BEGIN
                      SET LOCAL ROLE site;
                      FOR i IN %d..%d LOOP
                        EXECUTE format('CREATE TABLE table_%%s (id integer PRIMARY KEY, content text)', i);
                        EXECUTE format('INSERT INTO table_%%s SELECT g, md5(g::text) FROM generate_series(1, 20) g', i);
                      END LOOP;
                    END $$""".formatted(first, Math.min(tables, first + PER_STATEMENT - 1)));
        }
    }

    private void makeFiles(Path folder) {
        try {
            for (int number = 0; number < files; number++) {
                Path file = folder.resolve("%04d/%06d.txt".formatted(number / PER_FOLDER, number));
                if (number % PER_FOLDER == 0) {
                    Files.createDirectories(file.getParent());
                }
                Files.writeString(file, "file " + number);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
