package io.understudy.bench;

import io.understudy.filestore.Capabilities;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.Page;
import io.understudy.filestore.WriteBatch;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;

/** Counts what is asked of a filestore, and the bytes that travel. */
final class CountedFilestore implements Filestore {
    private final Filestore store;
    private final LongAdder requests = new LongAdder();
    private final LongAdder received = new LongAdder();
    private final LongAdder sent = new LongAdder();

    CountedFilestore(Filestore store) {
        this.store = store;
    }

    /** So far. */
    record Traffic(long requests, long received, long sent) {
        Traffic since(Traffic before) {
            return new Traffic(requests - before.requests, received - before.received, sent - before.sent);
        }
    }

    Traffic traffic() {
        return new Traffic(requests.sum(), received.sum(), sent.sum());
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public Capabilities capabilities() {
        return store.capabilities();
    }

    @Override
    public void put(String key, Content content) {
        requests.increment();
        sent.add(content.length());
        store.put(key, content);
    }

    @Override
    public WriteBatch batch() {
        WriteBatch batch = store.batch();
        return new WriteBatch() {
            @Override
            public void put(String key, Content content) {
                requests.increment();
                sent.add(content.length());
                batch.put(key, content);
            }

            @Override
            public void keep(String key) {
                batch.keep(key);
            }

            @Override
            public void settle() {
                batch.settle();
            }

            @Override
            public void close() {
                batch.close();
            }
        };
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        requests.increment();
        sent.add(content.length);
        return store.putIfAbsent(key, content);
    }

    @Override
    public InputStream open(String key, long offset) {
        requests.increment();
        return new FilterInputStream(store.open(key, offset)) {
            @Override
            public int read() throws IOException {
                int next = super.read();
                received.add(next < 0 ? 0 : 1);
                return next;
            }

            @Override
            public int read(byte[] target, int at, int length) throws IOException {
                int count = super.read(target, at, length);
                received.add(Math.max(0, count));
                return count;
            }
        };
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        requests.increment();
        return store.stat(key);
    }

    @Override
    public Page page(String prefix, String after) {
        requests.increment();
        return store.page(prefix, after);
    }

    @Override
    public void delete(String key) {
        requests.increment();
        store.delete(key);
    }

    @Override
    public void close() {
        store.close();
    }
}
