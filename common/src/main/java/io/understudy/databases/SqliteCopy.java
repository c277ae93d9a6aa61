package io.understudy.databases;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * SQLite's online backup of a file that a site may write to. {@code sqlite3} copies it in steps of 100 pages, each in a
 * read transaction of its own, and a commit between two of them makes it begin with the first page again: a busy file
 * of many pages is never copied so. With a write-ahead log ({@code journal_mode = WAL}) one transaction around all
 * steps sees one moment, and no writer waits for it. With a rollback journal each writer would wait for all of it, so
 * there the steps stay apart, and the time is bounded.
 */
final class SqliteCopy {
    private static final String BUSY = ".timeout 60000";
    /** With a rollback journal, in addition to the time for its size. */
    private static final Duration LEAST = Duration.ofMinutes(1);
    /** A slow disk copies as many bytes a second, while nothing makes it begin again. */
    private static final long SLOWEST = 10L << 20;
    /** In the header: the version of the format for writing and for reading, 2 with a write-ahead log. */
    private static final int VERSIONS = 18;

    private static final int WAL = 2;

    private final String name;
    private final Programs programs;
    private final String program;
    private final Duration limit;

    /** @param limit of the whole copy */
    SqliteCopy(String name, Programs programs, String program, Duration limit) {
        this.name = name;
        this.programs = programs;
        this.program = program;
        this.limit = limit;
    }

    /**
     * @param copy is not there
     * @throws UnderstudyException {@code DUMP_FAILED}; {@code COMMAND_TIMEOUT} after the limit
     */
    void make(Path file, Path copy) {
        if (isWal(file)) {
            // BEGIN alone sees nothing yet: the first read fixes the moment.
            run(programs, file, copy, List.of("BEGIN", "SELECT count(*) FROM sqlite_master"));
            return;
        }
        Duration patience = patience(file);
        try {
            run(programs.within(patience), file, copy, List.of());
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.COMMAND_TIMEOUT) {
                throw e;
            }
            throw new UnderstudyException(
                    ErrorCode.DUMP_FAILED,
                    "cannot copy database " + name + ": the copy did not end within " + patience.toSeconds()
                            + " s, for each commit of the site makes it begin again",
                    "sqlite3 " + file + " 'PRAGMA journal_mode = WAL' has it copied while the site writes; or stop the"
                            + " site around the moment (quiesce), or raise databases[].limit where the disk is slow",
                    e);
        }
    }

    private void run(Programs within, Path file, Path copy, List<String> before) {
        List<String> arguments = new ArrayList<>(List.of(program, "-batch", "-bail", "-readonly", "-cmd", BUSY));
        before.forEach(sql -> arguments.addAll(List.of("-cmd", sql)));
        arguments.addAll(List.of(file.toString(), ".backup " + quoted(copy)));
        within.run("copy", ErrorCode.DUMP_FAILED, arguments, Map.of());
    }

    private Duration patience(Path file) {
        try {
            Duration most = LEAST.plusSeconds(Files.size(file) / SLOWEST);
            return most.compareTo(limit) < 0 ? most : limit;
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
    }

    /** A write-ahead log is a property of the file: its header says so to each that opens it. */
    static boolean isWal(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] header = in.readNBytes(VERSIONS + 2);
            return header.length == VERSIONS + 2 && header[VERSIONS] == WAL && header[VERSIONS + 1] == WAL;
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
    }

    /** As a word of one of sqlite3's own commands. */
    private static String quoted(Path path) {
        return "\"" + path.toString().replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
