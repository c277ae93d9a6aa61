package io.understudy.testing;

import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.WriteBatch;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A batch as late as one may be: nothing of it is visible before it is settled, and all of it is lost when it is not.
 */
public final class HeldWrites implements WriteBatch {
    private final Filestore store;
    private final Map<String, Content> held = new LinkedHashMap<>();

    public HeldWrites(Filestore store) {
        this.store = store;
    }

    @Override
    public synchronized void put(String key, Content content) {
        held.put(key, Content.of(Arrays.copyOf(content.buffer(), content.length())));
    }

    @Override
    public void keep(String key) {}

    @Override
    public synchronized void settle() {
        held.forEach(store::put);
        held.clear();
    }

    @Override
    public synchronized void close() {
        held.clear();
    }
}
