package io.understudy.primary.capture;

import io.understudy.config.OtherDatabase.Still;
import io.understudy.databases.SiteDatabase;
import io.understudy.failure.Cancellation;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Dumps the site's databases that are no PostgreSQL server's into blobs, all at the same time, so that their moments
 * lie close together. Nothing goes to a temporary file. Their moments are before that of PostgreSQL and the trees
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

    /** Begins all of them at the same time. */
    Running begin(List<SiteDatabase> databases, BlobSink sink) {
        return new Running(databases, sink);
    }

    /** Dumps that were begun. Used by one thread; closing it ends those that are not complete. */
    final class Running implements AutoCloseable {
        private static final long LOOK_MILLIS = 100;

        private final List<SiteDatabase> databases;
        private final ConcurrentHashMap<String, Dumped> done = new ConcurrentHashMap<>();
        private final TaskScope scope = new TaskScope("dump the databases");
        private final CompletableFuture<Void> failed = new CompletableFuture<>();
        private final CompletableFuture<Void> fixed;

        private Running(List<SiteDatabase> databases, BlobSink sink) {
            this.databases = databases;
            List<CompletableFuture<Void>> each = new ArrayList<>();
            for (SiteDatabase database : databases) {
                CompletableFuture<Void> moment = new CompletableFuture<>();
                each.add(moment);
                scope.start(() -> {
                    try {
                        done.put(database.name(), read(database, sink, () -> moment.complete(null)));
                        moment.complete(null);
                    } catch (RuntimeException | Error e) {
                        failed.completeExceptionally(e);
                        throw e;
                    }
                });
            }
            CompletableFuture<Void> all = CompletableFuture.allOf(each.toArray(CompletableFuture[]::new));
            this.fixed = CompletableFuture.anyOf(failed, all).thenApply(any -> null);
        }

        /**
         * Returns when what is written to the databases from then on is not in the dumps.
         *
         * @param looking asked several times a second; ends it by an exception
         * @throws UnderstudyException as {@link #await}
         */
        void awaitFixed(Runnable looking) {
            while (true) {
                looking.run();
                try {
                    fixed.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                    return;
                } catch (TimeoutException e) {
                    // Look again.
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw Cancellation.of("dump the databases", e);
                } catch (ExecutionException e) {
                    throw TaskScope.unchecked(e.getCause());
                }
            }
        }

        /** Throws why one of them failed; its snapshot is of no use then. */
        void requireWell() {
            if (failed.isCompletedExceptionally()) {
                throw TaskScope.unchecked(failed.handle((none, why) -> why).join());
            }
        }

        /**
         * @return in the same order, when all are complete
         * @throws UnderstudyException {@code DUMP_FAILED}, {@code COMMAND_*}, {@code CANCELLED}, those of the sink; the
         *     other dumps are ended then
         */
        List<Dumped> await() {
            scope.await();
            return databases.stream()
                    .map(each -> Objects.requireNonNull(done.get(each.name())))
                    .toList();
        }

        @Override
        public void close() {
            scope.close();
        }
    }

    private Dumped read(SiteDatabase database, BlobSink sink, Runnable fixed) {
        Instant moment = clock.instant();
        StreamRef[] whole = new StreamRef[1];
        try (StreamWriter writer = StreamWriter.dump(sink)) {
            database.dump(
                    in -> {
                        in.transferTo(writer);
                        whole[0] = writer.finish();
                    },
                    database.still() == Still.BEGIN ? fixed : () -> {});
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
