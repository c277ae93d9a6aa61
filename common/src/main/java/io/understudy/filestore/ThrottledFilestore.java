package io.understudy.filestore;

import io.understudy.config.Settings.RateLimits;
import io.understudy.time.Throttle;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Sends and receives content no faster than is set, on average over all threads of this process: an object is sent at
 * once, and the next one waits until it was due. Requests without content, listings among them, are not counted.
 */
final class ThrottledFilestore implements Filestore {
    private final Filestore store;
    private final Optional<Throttle> up;
    private final Optional<Throttle> down;

    private ThrottledFilestore(Filestore store, Optional<Throttle> up, Optional<Throttle> down) {
        this.store = store;
        this.up = up;
        this.down = down;
    }

    /** The store itself, where nothing is limited. */
    static Filestore of(Filestore store, RateLimits limits, Ticker ticker) {
        return limits.equals(RateLimits.NONE)
                ? store
                : new ThrottledFilestore(store, throttle(limits.upload(), ticker), throttle(limits.download(), ticker));
    }

    private static Optional<Throttle> throttle(OptionalLong rate, Ticker ticker) {
        return rate.isPresent() ? Optional.of(new Throttle(rate.getAsLong(), ticker)) : Optional.empty();
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
        sending(key, content.length());
        store.put(key, content);
    }

    @Override
    public WriteBatch batch() {
        return new ForwardedWrites(store.batch()) {
            @Override
            public void put(String key, Content content) {
                sending(key, content.length());
                batch.put(key, content);
            }
        };
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        sending(key, content.length);
        return store.putIfAbsent(key, content);
    }

    private void sending(String key, int bytes) {
        up.ifPresent(throttle -> throttle.take(bytes, "write " + key));
    }

    @Override
    public InputStream open(String key, long offset) {
        InputStream in = store.open(key, offset);
        return down.<InputStream>map(throttle -> new ThrottledStream(in, throttle, key))
                .orElse(in);
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        return store.stat(key);
    }

    @Override
    public Optional<ObjectInfo> statOnce(String key) {
        return store.statOnce(key);
    }

    @Override
    public Page page(String prefix, String after) {
        return store.page(prefix, after);
    }

    @Override
    public void delete(String key) {
        store.delete(key);
    }

    @Override
    public void close() {
        store.close();
    }

    private static final class ThrottledStream extends BlockInput {
        private final InputStream in;
        private final Throttle throttle;
        private final String key;

        ThrottledStream(InputStream in, Throttle throttle, String key) {
            this.in = in;
            this.throttle = throttle;
            this.key = key;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = in.read(buffer, offset, length);
            if (read > 0) {
                throttle.take(read, "read " + key);
            }
            return read;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
