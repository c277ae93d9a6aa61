package io.understudy.filestore;

import io.understudy.failure.UnderstudyException;
import java.util.Collections;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.stream.Stream;

/** A listing that goes on after its last entry when it breaks. */
final class ResumingListing implements Iterator<ObjectInfo>, AutoCloseable {
    private final Function<String, Stream<ObjectInfo>> listAfter;
    private final Patience patience;
    private Stream<ObjectInfo> stream = Stream.empty();
    private Iterator<ObjectInfo> entries = Collections.emptyIterator();
    private boolean open;
    private String last;

    /** @param listAfter begins the listing anew after a key */
    ResumingListing(Function<String, Stream<ObjectInfo>> listAfter, String after, Patience patience) {
        this.listAfter = listAfter;
        this.last = after;
        this.patience = patience;
    }

    @Override
    public boolean hasNext() {
        while (true) {
            try {
                if (!open) {
                    stream = listAfter.apply(last);
                    entries = stream.iterator();
                    open = true;
                }
                return entries.hasNext();
            } catch (UnderstudyException e) {
                patience.bear(e);
                close();
            }
        }
    }

    @Override
    public ObjectInfo next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        ObjectInfo next = entries.next();
        last = next.key();
        patience.progress();
        return next;
    }

    @Override
    public void close() {
        open = false;
        stream.close();
    }
}
