package io.understudy.filestore;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.FilestoreListener.Operation;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reports every operation on a filestore to a listener: how it ended and how long it took.
 */
public final class MeteredFilestore implements Filestore {
    private final Filestore store;
    private final FilestoreListener listener;
    private final Ticker ticker;

    public MeteredFilestore(Filestore store, FilestoreListener listener, Ticker ticker) {
        this.store = store;
        this.listener = listener;
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
    public void put(String key, Content content) {
        metered(Operation.PUT, () -> {
            store.put(key, content);
            return true;
        });
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        return metered(Operation.PUT_IF_ABSENT, () -> store.putIfAbsent(key, content));
    }

    @Override
    public InputStream open(String key, long offset) {
        return new MeteredStream(metered(Operation.OPEN, () -> store.open(key, offset)));
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        return metered(Operation.STAT, () -> store.stat(key));
    }

    @Override
    public Page page(String prefix, String after) {
        return metered(Operation.LIST, () -> store.page(prefix, after));
    }

    @Override
    public void delete(String key) {
        metered(Operation.DELETE, () -> {
            store.delete(key);
            return true;
        });
    }

    @Override
    public void close() {
        store.close();
    }

    private <T> T metered(Operation operation, Supplier<T> work) {
        long start = ticker.nanos();
        try {
            T result = work.get();
            succeeded(operation, start);
            return result;
        } catch (UnderstudyException e) {
            throw failed(operation, start, e);
        }
    }

    private void succeeded(Operation operation, long start) {
        listener.finished(operation, ticker.since(start), Optional.empty());
        listener.available(true);
    }

    private UnderstudyException failed(Operation operation, long start, UnderstudyException e) {
        listener.finished(operation, ticker.since(start), Optional.of(e.code()));
        judge(e.code());
        return e;
    }

    /** Some failures say nothing of the store: a bad key, an interrupted caller, content that could not be read. */
    private void judge(ErrorCode code) {
        switch (code) {
            case OBJECT_MISSING -> listener.available(true);
            case FILESTORE_UNREACHABLE, FILESTORE_DENIED, FILESTORE_FAILED, DISK_FULL -> listener.available(false);
            default -> {}
        }
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
                judge(e.code());
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
