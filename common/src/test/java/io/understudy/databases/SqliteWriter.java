package io.understudy.databases;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;

/** A site that writes to its file of SQLite without a pause, in its own process; each commit changes two tables. */
final class SqliteWriter implements AutoCloseable {
    private static final String COMMIT =
            "BEGIN IMMEDIATE; UPDATE a_first SET n = n + 1; UPDATE z_last SET n = n + 1; COMMIT;\n";

    private final Process process;
    private final Thread feeding;

    SqliteWriter(Path file) throws IOException {
        process = new ProcessBuilder(List.of("sqlite3", "-batch", "-cmd", ".timeout 60000", file.toString()))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        feeding = new Thread(this::feed, "sqlite-writer");
        feeding.start();
    }

    private void feed() {
        try (Writer out = process.outputWriter()) {
            while (process.isAlive()) {
                out.write(COMMIT);
                out.flush();
            }
        } catch (IOException ended) {
            return;
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            feeding.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
