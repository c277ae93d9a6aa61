package io.understudy.browse;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** Several listings, one after the other. Not thread-safe. Close it. */
final class Listings implements Iterator<EntryView>, AutoCloseable {
    private final SnapshotFiles files;
    private final Iterator<PathName> wanted;
    private final boolean recursive;
    private Listing now;

    Listings(SnapshotFiles files, List<PathName> wanted, boolean recursive) {
        this.files = files;
        this.wanted = wanted.iterator();
        this.recursive = recursive;
    }

    @Override
    public boolean hasNext() {
        while (now == null || !now.hasNext()) {
            close();
            if (!wanted.hasNext()) {
                return false;
            }
            now = new Listing(files, wanted.next(), recursive);
        }
        return true;
    }

    @Override
    public EntryView next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return now.next();
    }

    @Override
    public void close() {
        if (now != null) {
            now.close();
            now = null;
        }
    }
}
