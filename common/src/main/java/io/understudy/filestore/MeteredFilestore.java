package io.understudy.filestore;

import io.understudy.events.CommonEvent;
import io.understudy.events.Events;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Reports every operation on a filestore as an event: how it ended, how long it took, and whether the store works. Its
 * listings have an end.
 */
public final class MeteredFilestore implements Filestore {
    private final Filestore store;
    private final Events events;
    private final Ticker ticker;

    public MeteredFilestore(Filestore store, Events events, Ticker ticker) {
        this.store = store;
        this.events = events;
        this.ticker = ticker;
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
    public Optional<ContentLock> lock() {
        return store.lock();
    }

    @Override
    public List<Remark> remarks() {
        return store.remarks();
    }

    @Override
    public void put(String key, Content content) {
        metered("put", () -> {
            store.put(key, content);
            return true;
        });
    }

    @Override
    public boolean putIfAllowed(String key, Content content) {
        return metered("put", () -> store.putIfAllowed(key, content));
    }

    @Override
    public WriteBatch batch() {
        return new ForwardedWrites(store.batch()) {
            @Override
            public void put(String key, Content content) {
                metered("put", () -> {
                    batch.put(key, content);
                    return true;
                });
            }

            /** What is waited for here is the disk alone. */
            @Override
            public void settle() {
                metered("settle", () -> {
                    batch.settle();
                    return true;
                });
            }
        };
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        return metered("put_if_absent", () -> store.putIfAbsent(key, content));
    }

    @Override
    public InputStream open(String key, long offset) {
        return new MeteredStream(metered("open", () -> store.open(key, offset)));
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        return metered("stat", () -> store.stat(key));
    }

    /** The probe reports what it finds itself. */
    @Override
    public Optional<ObjectInfo> statOnce(String key) {
        return store.statOnce(key);
    }

    @Override
    public Page page(String prefix, String after) {
        return metered("list", () -> store.page(prefix, after));
    }

    /** A listing that does not end is a store that does not work. */
    @Override
    public Stream<ObjectInfo> list(String prefix, String after) {
        return new BoundedListing(this, prefix, ticker, ended -> seen("whole_list", ended)).from(after);
    }

    @Override
    public void delete(String key) {
        metered("delete", () -> {
            store.delete(key);
            return true;
        });
    }

    @Override
    public void close() {
        store.close();
    }

    private <T> T metered(String operation, Supplier<T> work) {
        long start = ticker.nanos();
        try {
            T result = work.get();
            events.report(new CommonEvent.FilestoreAnswered(operation, ticker.since(start), Optional.empty()));
            seen(operation, true);
            return result;
        } catch (UnderstudyException e) {
            events.report(new CommonEvent.FilestoreAnswered(operation, ticker.since(start), Optional.of(e.code())));
            judge(operation, e.code());
            throw e;
        }
    }

    /** Some failures say nothing of the store: a bad key, an interrupted caller, content that could not be read. */
    private void judge(String operation, ErrorCode code) {
        switch (code) {
            case OBJECT_MISSING -> seen(operation, true);
            case FILESTORE_UNREACHABLE, FILESTORE_DENIED, FILESTORE_FAILED, DISK_FULL -> seen(operation, false);
            default -> {}
        }
    }

    private void seen(String operation, boolean available) {
        events.report(new CommonEvent.FilestoreSeen(operation, available));
    }

    private final class MeteredStream extends BlockInput {
        private final InputStream in;

        MeteredStream(InputStream in) {
            this.in = in;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            try {
                return in.read(buffer, offset, length);
            } catch (UnderstudyException e) {
                judge("open", e.code());
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
