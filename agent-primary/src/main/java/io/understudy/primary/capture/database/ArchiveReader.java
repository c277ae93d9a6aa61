package io.understudy.primary.capture.database;

import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.PgTools;
import io.understudy.postgres.Toolset;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Runs pg_dump in the frozen snapshot. Interrupting the thread ends the program. Thread-safe. */
final class ArchiveReader {
    /** Far more than any dump takes: a server that is gone is noticed by its connection. */
    private static final Duration LIMIT = Duration.ofDays(7);

    private final PgTools tools;
    private final Toolset programs;
    private final String database;

    ArchiveReader(PgTools tools, Toolset programs, String database) {
        this.tools = tools;
        this.programs = programs;
        this.database = database;
    }

    /**
     * Streams the archive into blobs, durable on return.
     *
     * @throws UnderstudyException {@code DUMP_FAILED}, {@code DATABASE_BUSY}, {@code MISSING_PRIVILEGE}, {@code TOOL_UNFIT}, {@code CANCELLED}
     */
    StreamRef archive(ArchiveArguments arguments, BlobSink sink) {
        try (StreamWriter writer = StreamWriter.plain(sink)) {
            dump(arguments.arguments(), archive -> archive.transferTo(writer));
            return writer.finish();
        }
    }

    /** The hash of the schema as SQL, see {@link SchemaHash}; fails as {@link #archive} does. */
    String schemaHash(ArchiveArguments arguments) {
        List<String> all = new ArrayList<>(arguments.snapshot());
        all.add("--schema-only");
        AtomicReference<String> hash = new AtomicReference<>();
        dump(all, sql -> hash.set(SchemaHash.of(sql)));
        return hash.get();
    }

    private void dump(List<String> arguments, Command.Consumer consumer) {
        CommandResult result =
                tools.run(programs.dump(), database, arguments, LIMIT, command -> command.into(consumer));
        if (!result.ok()) {
            throw DumpFailure.of(result);
        }
    }
}
