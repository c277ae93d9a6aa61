package io.understudy.testing;

import io.understudy.config.S3Options.Lock;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Capabilities;
import io.understudy.filestore.Content;
import io.understudy.filestore.ContentLock;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Keys;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.Page;
import io.understudy.filestore.WriteBatch;
import io.understudy.testing.Faults.Break;
import io.understudy.testing.Faults.Delay;
import io.understudy.testing.Faults.Fail;
import io.understudy.testing.Faults.Fault;
import io.understudy.testing.Faults.LoseAcknowledgement;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.Faults.Truncate;
import io.understudy.time.Ticker;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A filestore in memory that keeps the whole contract and can be made to fail ({@link #inject}). It counts the
 * operations that reached it. {@link #put} of damaged bytes plays a store that lost some.
 */
public final class InMemoryFilestore implements Filestore {
    private record Stored(byte[] bytes, Instant modified) {}

    private final Clock clock;
    private final Ticker ticker;
    private final TreeMap<String, Stored> objects = new TreeMap<>();
    private final Map<Operation, Integer> counts = new EnumMap<>(Operation.class);
    private final Map<String, Instant> locked = new HashMap<>();
    private Optional<Lock> lock = Optional.empty();
    private Faults faults = Faults.none();
    private boolean conditionalPut = true;
    private volatile int pageSize = 1_000;
    private volatile boolean holding;

    public InMemoryFilestore() {
        this(Clock.systemUTC(), Ticker.system());
    }

    public InMemoryFilestore(FakeTicker time) {
        this(time.clock(), time);
    }

    private InMemoryFilestore(Clock clock, Ticker ticker) {
        this.clock = clock;
        this.ticker = ticker;
    }

    /** From now on these faults happen. */
    public synchronized void inject(Faults faults) {
        this.faults = faults;
    }

    /** Says that it cannot write conditionally (it still does). */
    public synchronized void withoutConditionalPut() {
        conditionalPut = false;
    }

    /** From now on blobs are locked as they are written. */
    public synchronized void lockContent(Lock content) {
        lock = Optional.of(content);
    }

    @Override
    public synchronized Optional<ContentLock> lock() {
        return lock.map(content -> new ContentLock() {
            @Override
            public Duration length() {
                return content.length();
            }

            @Override
            public int renewalDays() {
                return content.renewalDays();
            }

            @Override
            public Optional<Instant> until(String key) {
                return perform(Operation.STAT, key, () -> {
                    synchronized (InMemoryFilestore.this) {
                        return Optional.ofNullable(locked.get(key));
                    }
                });
            }

            @Override
            public void extend(String key) {
                perform(Operation.LOCK, key, () -> {
                    synchronized (InMemoryFilestore.this) {
                        find(key).orElseThrow(() -> missing(key));
                        return locked.put(key, content.until(clock.instant()));
                    }
                });
            }
        });
    }

    /** From now on nothing of a batch is there before it is settled. */
    public void holdBatches() {
        holding = true;
    }

    /** How many objects a page of a listing holds at the most. */
    public void pagesOf(int objects) {
        pageSize = objects;
    }

    /** How often the operation was called, failed calls included. */
    public synchronized int count(Operation operation) {
        return counts.getOrDefault(operation, 0);
    }

    public synchronized List<String> keys() {
        return List.copyOf(objects.keySet());
    }

    @Override
    public String name() {
        return "memory:";
    }

    @Override
    public synchronized Capabilities capabilities() {
        return new Capabilities(conditionalPut);
    }

    @Override
    public void put(String key, Content content) {
        perform(Operation.PUT, key, () -> {
            byte[] bytes = Arrays.copyOf(content.buffer(), content.length());
            synchronized (this) {
                lock.filter(each -> key.startsWith("blobs/"))
                        .ifPresent(each -> locked.put(key, each.until(clock.instant())));
                return objects.put(key, new Stored(bytes, clock.instant()));
            }
        });
    }

    @Override
    public WriteBatch batch() {
        return holding ? new HeldWrites(this) : Filestore.super.batch();
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        return perform(Operation.PUT_IF_ABSENT, key, () -> {
            synchronized (this) {
                return objects.putIfAbsent(key, new Stored(content.clone(), clock.instant())) == null;
            }
        });
    }

    @Override
    public InputStream open(String key, long offset) {
        Keys.check(key);
        Fault fault = meet(Operation.OPEN, key);
        byte[] bytes = find(key).orElseThrow(() -> missing(key)).bytes();
        if (offset > bytes.length) {
            throw missing(key);
        }
        InputStream content = new ByteArrayInputStream(bytes, (int) offset, bytes.length - (int) offset);
        if (fault instanceof Break broken) {
            return new FaultyStream(content, broken.units(), Optional.of(failure(key, broken.code())));
        }
        return fault instanceof Truncate cut ? new FaultyStream(content, cut.bytes(), Optional.empty()) : content;
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        return perform(Operation.STAT, key, () -> find(key).map(stored -> info(key, stored)));
    }

    @Override
    public Page page(String prefix, String after) {
        if (meet(Operation.LIST, prefix) instanceof Break broken) {
            throw failure(prefix, broken.code());
        }
        List<ObjectInfo> found = matching(prefix, after);
        return found.size() > pageSize ? new Page(found.subList(0, pageSize), true) : new Page(found, false);
    }

    @Override
    public void delete(String key) {
        perform(Operation.DELETE, key, () -> {
            synchronized (this) {
                if (locked.getOrDefault(key, Instant.MIN).isAfter(clock.instant())) {
                    throw new IllegalStateException(key + " is deleted although it is locked");
                }
                return objects.remove(key);
            }
        });
    }

    @Override
    public void close() {}

    private <T> T perform(Operation operation, String key, Supplier<T> effect) {
        Keys.check(key);
        Fault fault = meet(operation, key);
        if (fault instanceof Break broken) {
            throw failure(key, broken.code());
        }
        T result = effect.get();
        if (fault instanceof LoseAcknowledgement lost) {
            throw failure(key, lost.code());
        }
        return result;
    }

    /** Counts the operation and asks what goes wrong; delays and plain failures happen here. */
    private Fault meet(Operation operation, String key) {
        Fault fault;
        synchronized (this) {
            counts.merge(operation, 1, Integer::sum);
            fault = faults.next(operation, key);
        }
        if (fault instanceof Fail fail) {
            throw failure(key, fail.code());
        }
        if (fault instanceof Delay delay) {
            pause(delay);
        }
        return fault;
    }

    private void pause(Delay delay) {
        try {
            ticker.sleep(delay.by());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnderstudyException(ErrorCode.CANCELLED, "cannot wait: interrupted", "try again", e);
        }
    }

    private synchronized Optional<Stored> find(String key) {
        return Optional.ofNullable(objects.get(key));
    }

    private synchronized List<ObjectInfo> matching(String prefix, String after) {
        return objects.tailMap(after, false).entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .map(entry -> info(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static ObjectInfo info(String key, Stored stored) {
        return new ObjectInfo(key, stored.bytes().length, stored.modified());
    }

    private UnderstudyException failure(String key, ErrorCode code) {
        return new UnderstudyException(code, "cannot reach " + key + " in " + name() + ": injected", "this is a test");
    }

    private UnderstudyException missing(String key) {
        return new UnderstudyException(
                ErrorCode.OBJECT_MISSING,
                "cannot read " + key + " from " + name() + ": it is not there",
                "look at the keys");
    }
}
