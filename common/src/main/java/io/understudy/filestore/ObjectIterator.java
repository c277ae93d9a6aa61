package io.understudy.filestore;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/** A listing that looks one object ahead. */
public abstract class ObjectIterator implements Iterator<ObjectInfo> {
    private Optional<ObjectInfo> next = Optional.empty();

    /** The next object; empty when there is none any more, and from then on. */
    protected abstract Optional<ObjectInfo> find();

    @Override
    public final boolean hasNext() {
        if (next.isEmpty()) {
            next = find();
        }
        return next.isPresent();
    }

    @Override
    public final ObjectInfo next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        ObjectInfo result = next.get();
        next = Optional.empty();
        return result;
    }
}
