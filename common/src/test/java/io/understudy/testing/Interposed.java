package io.understudy.testing;

import io.understudy.filestore.Capabilities;
import io.understudy.filestore.Content;
import io.understudy.filestore.ContentLock;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.Page;
import io.understudy.testing.Faults.Operation;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Supplier;

/** A filestore where something happens around each operation. */
public abstract class Interposed implements Filestore {
    private final Filestore inner;

    protected Interposed(Filestore inner) {
        this.inner = inner;
    }

    protected void before(Operation operation, String key) {}

    protected void after(Operation operation, String key) {}

    @Override
    public String name() {
        return inner.name();
    }

    @Override
    public Capabilities capabilities() {
        return inner.capabilities();
    }

    @Override
    public Optional<ContentLock> lock() {
        return inner.lock();
    }

    @Override
    public void put(String key, Content content) {
        around(Operation.PUT, key, () -> {
            inner.put(key, content);
            return true;
        });
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        return around(Operation.PUT_IF_ABSENT, key, () -> inner.putIfAbsent(key, content));
    }

    @Override
    public InputStream open(String key, long offset) {
        return around(Operation.OPEN, key, () -> inner.open(key, offset));
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        return around(Operation.STAT, key, () -> inner.stat(key));
    }

    @Override
    public Page page(String prefix, String after) {
        return around(Operation.LIST, prefix, () -> inner.page(prefix, after));
    }

    @Override
    public void delete(String key) {
        around(Operation.DELETE, key, () -> {
            inner.delete(key);
            return true;
        });
    }

    @Override
    public void close() {}

    private <T> T around(Operation operation, String key, Supplier<T> action) {
        before(operation, key);
        T result = action.get();
        after(operation, key);
        return result;
    }
}
