package io.understudy.primary.capture;

import io.understudy.databases.SiteDatabase;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.References;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.blob.StreamWriter;
import io.understudy.tasks.TaskScope;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Dumps the site's databases that are no PostgreSQL server's into blobs, all at the same time, so that their moments
 * lie close together. Nothing goes to a temporary file. It is done before the moment of PostgreSQL and before the trees
 * are read: a file that a row names is there.
 */
final class OtherDumps {
    private final Clock clock;

    OtherDumps(Clock clock) {
        this.clock = clock;
    }

    /**
     * A database in the repository.
     *
     * @param named all of its blobs
     */
    record Dumped(DatabaseData data, KnownBlobs named) {}

    /**
     * @return in the same order
     * @throws UnderstudyException {@code DUMP_FAILED}, {@code COMMAND_*}, {@code CANCELLED}, those of the sink; the
     *     other dumps are ended then
     */
    List<Dumped> read(List<SiteDatabase> databases, BlobSink sink) {
        ConcurrentHashMap<String, Dumped> done = new ConcurrentHashMap<>();
        try (TaskScope scope = new TaskScope("dump the databases")) {
            databases.forEach(each -> scope.start(() -> done.put(each.name(), read(each, sink))));
            scope.await();
        }
        return databases.stream()
                .map(each -> Objects.requireNonNull(done.get(each.name())))
                .toList();
    }

    private Dumped read(SiteDatabase database, BlobSink sink) {
        Instant moment = clock.instant();
        StreamRef[] whole = new StreamRef[1];
        try (StreamWriter writer = StreamWriter.dump(sink)) {
            database.dump(in -> {
                in.transferTo(writer);
                whole[0] = writer.finish();
            });
        }
        if (whole[0].bytes() == 0) {
            throw new UnderstudyException(
                    ErrorCode.DUMP_FAILED,
                    "cannot dump database " + database.name() + ": the command ended with 0 and wrote nothing",
                    "run it by hand: it has to write all of the database to standard output");
        }
        References references = new References(sink);
        StreamRef archive = references.keep(whole[0]);
        StreamRef named = references.finish();
        DatabaseData data = DatabaseData.ofCommand(
                database.name(), archive, named, new DatabaseData.Dump(moment, database.preset()));
        return new Dumped(data, references.named());
    }
}
