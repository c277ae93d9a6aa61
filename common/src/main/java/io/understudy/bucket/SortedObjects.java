package io.understudy.bucket;

import io.understudy.failure.Cancellation;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.files.SafePath;
import io.understudy.filestore.SiteBucket;
import io.understudy.filestore.SiteObject;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * The objects of a bucket in the order of their paths. A store lists in another order, so what does not fit into memory
 * is sorted in runs on the local disk, which are deleted with {@link #close}. Not thread-safe.
 */
public final class SortedObjects implements AutoCloseable {
    /** About 30 MB. */
    static final int RUN = 50_000;

    private static final Comparator<Placed> ORDER = Comparator.comparing(Placed::path);

    private final Path folder;
    private final String name;
    private final int length;
    private final List<Path> files = new ArrayList<>();
    private final List<Run> open = new ArrayList<>();
    private List<Placed> memory = new ArrayList<>();
    private PriorityQueue<Run> runs;
    private Optional<Placed> next = Optional.empty();
    private long count;

    /**
     * @param path that of {@link ObjectPath#of}, or within it where the object lies next to a folder of its name
     */
    public record Placed(SafePath path, SiteObject object) {}

    SortedObjects(Path folder, String name, int length) {
        this.folder = folder;
        this.name = name;
        this.length = length;
    }

    /**
     * Lists a bucket. What Understudy itself keeps in it is left out.
     *
     * @param folder for the runs; there may be others of the name from a process that was killed
     */
    public static SortedObjects of(SiteBucket bucket, Path folder, String name) {
        SortedObjects all = new SortedObjects(folder, name, RUN);
        try {
            Optional<String> continuation = Optional.empty();
            do {
                Cancellation.check("list " + bucket.name());
                SiteBucket.Listed page = bucket.page(continuation);
                page.objects().stream()
                        .filter(each -> !each.key().equals(PlaceMark.KEY))
                        .forEach(all::add);
                continuation = page.next();
            } while (continuation.isPresent());
            all.sort();
            return all;
        } catch (RuntimeException e) {
            all.close();
            throw e;
        }
    }

    /** How many were listed. */
    public long count() {
        return count;
    }

    void add(SiteObject object) {
        memory.add(new Placed(ObjectPath.of(object.key()), object));
        count++;
        if (memory.size() == length) {
            spill();
        }
    }

    void sort() {
        memory.sort(ORDER);
        runs = new PriorityQueue<>(Comparator.comparing(Run::head, ORDER));
        for (Path file : files) {
            start(new OnDisk(file));
        }
        start(new InMemory(memory.iterator()));
        next = poll();
    }

    /** One after the other; empty at the end. */
    public Optional<Placed> next() {
        Optional<Placed> current = next;
        if (current.isEmpty()) {
            return current;
        }
        next = poll();
        // The store may list one that was written again in two pages.
        while (next.isPresent() && next.get().path().equals(current.get().path())) {
            current = next;
            next = poll();
        }
        Placed found = current.get();
        boolean folder = next.isPresent() && next.get().path().isBeneath(found.path());
        return Optional.of(folder ? new Placed(ObjectPath.within(found.path()), found.object()) : found);
    }

    private void start(Run run) {
        open.add(run);
        if (run.advance()) {
            runs.add(run);
        }
    }

    private Optional<Placed> poll() {
        Run run = runs.poll();
        if (run == null) {
            return Optional.empty();
        }
        Placed head = run.head();
        if (run.advance()) {
            runs.add(run);
        }
        return Optional.of(head);
    }

    private void spill() {
        memory.sort(ORDER);
        Path file = folder.resolve(name + ".run" + files.size());
        AtomicFiles.delete(file);
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(AtomicFiles.openPrivate(file)))) {
            files.add(file);
            for (Placed each : memory) {
                SiteObject object = each.object();
                out.writeUTF(object.key());
                out.writeLong(object.size());
                out.writeUTF(object.etag());
                out.writeLong(object.modified().toEpochMilli());
            }
        } catch (IOException e) {
            throw FileFailure.of("write", file, e);
        }
        memory = new ArrayList<>();
    }

    @Override
    public void close() {
        open.forEach(Run::close);
        files.forEach(AtomicFiles::delete);
        files.clear();
    }

    /** Objects that are in order. */
    private abstract static class Run {
        private Placed head;

        final Placed head() {
            if (head == null) {
                throw new NoSuchElementException();
            }
            return head;
        }

        final boolean advance() {
            head = read().orElse(null);
            return head != null;
        }

        abstract Optional<Placed> read();

        abstract void close();
    }

    private static final class InMemory extends Run {
        private final java.util.Iterator<Placed> all;

        InMemory(java.util.Iterator<Placed> all) {
            this.all = all;
        }

        @Override
        Optional<Placed> read() {
            return all.hasNext() ? Optional.of(all.next()) : Optional.empty();
        }

        @Override
        void close() {}
    }

    private static final class OnDisk extends Run {
        private final Path file;
        private final DataInputStream in;

        OnDisk(Path file) {
            this.file = file;
            try {
                this.in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)));
            } catch (IOException e) {
                throw FileFailure.of("read", file, e);
            }
        }

        @Override
        Optional<Placed> read() {
            try {
                String key = in.readUTF();
                SiteObject object =
                        new SiteObject(key, in.readLong(), in.readUTF(), Instant.ofEpochMilli(in.readLong()));
                return Optional.of(new Placed(ObjectPath.of(key), object));
            } catch (EOFException e) {
                return Optional.empty();
            } catch (IOException e) {
                throw FileFailure.of("read", file, e);
            }
        }

        @Override
        void close() {
            try {
                in.close();
            } catch (IOException e) {
                throw FileFailure.of("close", file, e);
            }
        }
    }
}
