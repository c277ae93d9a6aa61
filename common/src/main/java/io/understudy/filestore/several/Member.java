package io.understudy.filestore.several;

import io.understudy.config.Settings.NamedFilestore;
import io.understudy.filestore.Capabilities;
import io.understudy.filestore.Content;
import io.understudy.filestore.Copy;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.Page;
import io.understudy.filestore.Remark;
import io.understudy.filestore.WriteBatch;
import io.understudy.filestore.WriteWindow;
import io.understudy.tasks.DaemonThreads;
import io.understudy.time.Ticker;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * One of several filestores, with threads of its own: a caller waits no longer than its limit, whatever it does.
 * What hangs in it keeps at most {@value #MOST} threads.
 */
final class Member implements Filestore {
    private static final int MOST = 256;
    /** Bytes that are written in a second even over a slow line. */
    private static final long SLOWEST = 64 << 10;
    /** Where the rate is limited, many writes may wait for each other. */
    private static final int SIDE_BY_SIDE = 16;

    private final String name;
    private final Optional<WriteWindow> window;
    private final boolean ownRetention;
    private final Filestore store;
    private final Duration limit;
    private final long rate;
    private final Ticker ticker;
    private final ExecutorService threads;
    private volatile long failedAt;
    private volatile boolean away;

    /**
     * @param clock of the zone of its window
     * @param threads in which it is asked
     */
    Member(NamedFilestore settings, Filestore store, Ticker ticker, Clock clock, ExecutorService threads) {
        this(
                settings.name(),
                settings.window().map(hours -> new WriteWindow(hours, clock)),
                settings.retention().isPresent(),
                store,
                settings.holdUp(),
                settings.settings().limits().upload(),
                ticker,
                threads);
    }

    /**
     * @param limit how long it may take for one request without content
     * @param rate bytes that it is sent in a second; empty: not limited
     */
    private Member(
            String name,
            Optional<WriteWindow> window,
            boolean ownRetention,
            Filestore store,
            Duration limit,
            OptionalLong rate,
            Ticker ticker,
            ExecutorService threads) {
        this.name = name;
        this.window = window;
        this.ownRetention = ownRetention;
        this.store = store;
        this.limit = limit;
        this.rate = rate.isPresent() ? Math.max(1, Math.min(SLOWEST, rate.getAsLong() / SIDE_BY_SIDE)) : SLOWEST;
        this.ticker = ticker;
        this.threads = threads;
    }

    static ExecutorService threads(String name) {
        return new ThreadPoolExecutor(
                0, MOST, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), DaemonThreads.named("filestore-" + name));
    }

    /** As the configuration calls it. */
    String label() {
        return name;
    }

    Copy copy() {
        return new Copy(name, this, window, ownRetention);
    }

    /** Whether a commit or a claim may rely on it: not on one that is written to at times only. */
    boolean counts() {
        return window.isEmpty();
    }

    /** Whether content may be written to it now. */
    boolean isOpen() {
        return window.filter(each -> !each.isOpen()).isEmpty();
    }

    /** Of one with a window: no write of a catch-up begins when that is closed. */
    @Override
    public Filestore during(Purpose purpose) {
        return purpose == Purpose.CATCH_UP && window.isPresent()
                ? new JoinedFilestore(Taking.any(List.of(this)).whileOpen(), ticker, false)
                : this;
    }

    Duration limit() {
        return limit;
    }

    /** Itself, without a limit: for what runs in one of its threads. */
    Filestore store() {
        return store;
    }

    /** Whether it failed a moment ago: it is asked again when as long has passed as it may take. */
    boolean isAway() {
        return away && ticker.since(failedAt).compareTo(limit) < 0;
    }

    void failed() {
        failedAt = ticker.nanos();
        away = true;
    }

    void answered() {
        away = false;
    }

    <T> Call<T> start(String what, Supplier<T> operation) {
        return start(what, 0, operation);
    }

    /** @param bytes that are written */
    <T> Call<T> start(String what, int bytes, Supplier<T> operation) {
        return Call.start(this, what, limit.plusSeconds(bytes / rate), operation, threads, ticker);
    }

    private <T> T call(String what, Supplier<T> operation) {
        return start(what, operation).await();
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public Capabilities capabilities() {
        return call("ask what it can", store::capabilities);
    }

    @Override
    public List<Remark> remarks() {
        return call("ask what it is", store::remarks);
    }

    @Override
    public void put(String key, Content content) {
        start("write " + key, content.length(), putting(key, content)).await();
    }

    Supplier<Boolean> putting(String key, Content content) {
        return () -> {
            store.put(key, content);
            return true;
        };
    }

    @Override
    public WriteBatch batch() {
        return new MemberBatch(this, call("begin a batch", store::batch));
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        return start("create " + key, content.length, () -> store.putIfAbsent(key, content))
                .await();
    }

    @Override
    public InputStream open(String key, long offset) {
        return call("read " + key, () -> store.open(key, offset));
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        return call("look for " + key, () -> store.stat(key));
    }

    @Override
    public Optional<ObjectInfo> statOnce(String key) {
        return call("look for " + key, () -> store.statOnce(key));
    }

    @Override
    public Page page(String prefix, String after) {
        return call("list " + prefix, () -> store.page(prefix, after));
    }

    @Override
    public void delete(String key) {
        call("delete " + key, deleting(key));
    }

    Supplier<Boolean> deleting(String key) {
        return () -> {
            store.delete(key);
            return true;
        };
    }

    /** Does not wait for what hangs. */
    @Override
    public void close() {
        threads.shutdownNow();
        store.close();
    }

    @Override
    public String toString() {
        return name + " (" + store.name() + ")";
    }
}
