package io.understudy.replica.assets;

import io.understudy.bucket.Inventory;
import io.understudy.bucket.Inventory.Line;
import io.understudy.bucket.ObjectPath;
import io.understudy.bucket.SortedObjects;
import io.understudy.bucket.SortedObjects.Placed;
import io.understudy.failure.Cancellation;
import io.understudy.files.SafePath;
import io.understudy.filestore.SiteBucket;
import io.understudy.progress.Progress;
import io.understudy.replica.assets.TreeObjects.Wanted;
import io.understudy.repository.tree.Pack;
import io.understudy.tasks.TaskScope;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Writes into a bucket what a snapshot has and the bucket has not, and deletes what only the bucket has: snapshot,
 * listing and record side by side, all in one order. Small objects are written by several threads, a batch after the
 * other. Use once.
 */
final class PlaceSync {
    private static final int THREADS = 8;
    private static final int BATCH = 256;
    private static final long BATCH_BYTES = 16L << 20;

    private final SiteBucket bucket;
    private final ObjectWriter writer;
    private final PlaceRecord record;
    private final Progress progress;
    private final List<Step> batch = new ArrayList<>();
    private long batchBytes;
    private long objects;
    private long written;
    private long deleted;
    private long passed;

    PlaceSync(SiteBucket bucket, PlaceRecord record, Progress progress) {
        this.bucket = bucket;
        this.writer = new ObjectWriter(bucket);
        this.record = record;
        this.progress = progress;
    }

    /**
     * How many there are, were written and were deleted.
     *
     * @param unkept how many were written without some of their headers
     * @param example one of these, for people
     */
    record Result(long objects, long written, long deleted, long unkept, String example) {}

    /** One thing to be done: gives the line that comes into the record, if any does. */
    private static final class Step {
        private final Supplier<Optional<Line>> work;
        private Optional<Line> line = Optional.empty();

        Step(Supplier<Optional<Line>> work) {
            this.work = work;
        }

        void run() {
            line = work.get();
        }
    }

    Result bring(TreeObjects wanted, SortedObjects there) {
        try (Inventory.Reader known = record.open();
                PlaceRecord.Fresh fresh = record.replace(wanted.id());
                TaskScope scope = new TaskScope("write the bucket")) {
            wanted.forEach(all -> join(wanted, all, there, known, fresh, scope));
            flush(fresh, scope);
            fresh.commit();
            return new Result(objects, written, deleted, writer.unkept(), writer.example());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void join(
            TreeObjects tree,
            Iterator<Wanted> all,
            SortedObjects there,
            Inventory.Reader known,
            PlaceRecord.Fresh fresh,
            TaskScope scope) {
        Optional<Wanted> wanted = next(all);
        Optional<Placed> listed = there.next();
        while (wanted.isPresent() || listed.isPresent()) {
            Cancellation.check("stage the objects of a bucket");
            int order = order(wanted, listed);
            if (order > 0) {
                delete(listed.get());
            } else {
                Optional<Placed> same = order == 0 ? listed : Optional.empty();
                Optional<Line> before = same.flatMap(each -> known.find(wantedPath(each)))
                        .filter(line -> line.isContentOf(same.get().object()));
                put(tree, wanted.get(), before, fresh, scope);
            }
            if (batch.size() >= BATCH || batchBytes >= BATCH_BYTES) {
                flush(fresh, scope);
            }
            wanted = order <= 0 ? next(all) : wanted;
            listed = order >= 0 ? there.next() : listed;
        }
    }

    private static Optional<Wanted> next(Iterator<Wanted> all) {
        return all.hasNext() ? Optional.of(all.next()) : Optional.empty();
    }

    /** Below 0: only the snapshot has it; above: only the bucket has. */
    private static int order(Optional<Wanted> wanted, Optional<Placed> listed) {
        if (wanted.isEmpty() || listed.isEmpty()) {
            return wanted.isEmpty() ? 1 : -1;
        }
        return wanted.get().path().compareTo(wantedPath(listed.get()));
    }

    private static SafePath wantedPath(Placed listed) {
        return ObjectPath.of(listed.object().key());
    }

    private void delete(Placed surplus) {
        deleted++;
        batch.add(new Step(() -> {
            bucket.delete(surplus.object().key());
            return Optional.empty();
        }));
    }

    /** @param before what was written there, and is there still */
    private void put(TreeObjects tree, Wanted wanted, Optional<Line> before, PlaceRecord.Fresh fresh, TaskScope scope) {
        objects++;
        Line line = wanted.line();
        String hash = wanted.file().hash().hex();
        Optional<Line> same =
                before.filter(was -> was.sha256().equals(hash) && was.headers().equals(line.headers()));
        if (same.isPresent()) {
            batch.add(new Step(() -> same));
            passed(wanted);
            return;
        }
        written++;
        if (wanted.file().size() >= Pack.SMALL) {
            // In its turn, and streamed.
            flush(fresh, scope);
            String etag = writer.put(
                    line.key(),
                    () -> tree.open(wanted.entry()),
                    wanted.file().size(),
                    wanted.file().hash(),
                    line.headers());
            batch.add(new Step(() -> Optional.of(line(wanted, etag))));
            passed(wanted);
            return;
        }
        byte[] content = read(tree, wanted);
        batch.add(new Step(() -> Optional.of(line(wanted, put(wanted, content)))));
        batchBytes += content.length;
        passed(wanted);
    }

    private String put(Wanted wanted, byte[] content) {
        return writer.put(
                wanted.line().key(),
                () -> new ByteArrayInputStream(content),
                content.length,
                wanted.file().hash(),
                wanted.line().headers());
    }

    private static Line line(Wanted wanted, String etag) {
        Line line = wanted.line();
        return new Line(
                line.key(),
                wanted.file().size(),
                etag,
                line.modified(),
                null,
                wanted.file().hash().hex(),
                line.headers());
    }

    private static byte[] read(TreeObjects tree, Wanted wanted) {
        try (InputStream in = tree.open(wanted.entry())) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void passed(Wanted wanted) {
        passed += wanted.file().size();
        progress.report("buckets", passed, -1);
    }

    private void flush(PlaceRecord.Fresh fresh, TaskScope scope) {
        scope.forEach(THREADS, batch, Step::run);
        batch.forEach(step -> step.line.ifPresent(fresh::write));
        batch.clear();
        batchBytes = 0;
    }
}
