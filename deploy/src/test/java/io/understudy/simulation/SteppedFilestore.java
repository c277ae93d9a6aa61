package io.understudy.simulation;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Capabilities;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.Page;
import io.understudy.filestore.WriteBatch;
import io.understudy.simulation.Trouble.Fault;
import io.understudy.testing.HeldWrites;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The shared filestore as one server reaches it: slow, faulty, and with an observer behind it. A process may die before
 * and after each effect.
 */
final class SteppedFilestore implements Filestore {
    private final String server;
    private final Place place;
    private final Filestore store;
    private final Run run;

    SteppedFilestore(String server, Place place, Run run) {
        this.server = server;
        this.place = place;
        this.store = place.truth;
        this.run = run;
    }

    @Override
    public String name() {
        return "simulated:" + place.name;
    }

    @Override
    public Capabilities capabilities() {
        return new Capabilities(true);
    }

    @Override
    public void put(String key, Content content) {
        byte[] bytes = Arrays.copyOf(content.buffer(), content.length());
        write("put", key, () -> {
            run.store.beforePut(place, key, bytes);
            store.put(key, Content.of(bytes));
            run.store.put(server, place, key, bytes);
            return true;
        });
    }

    /** What is not settled is lost with the process. */
    @Override
    public WriteBatch batch() {
        return new HeldWrites(this);
    }

    @Override
    public boolean putIfAbsent(String key, byte[] content) {
        return write("create", key, () -> {
            boolean created = store.putIfAbsent(key, content);
            if (created) {
                run.store.put(server, place, key, content);
            }
            return created;
        });
    }

    @Override
    public void delete(String key) {
        write("delete", key, () -> {
            run.deletions.delete(server, place, key);
            store.delete(key);
            return true;
        });
    }

    @Override
    public InputStream open(String key, long offset) {
        run.step("open", where(key));
        boolean signed = key.startsWith("blobs/") || key.startsWith("manifests/");
        Fault fault = trouble(key, true, signed);
        run.store.read(place, key);
        byte[] bytes = read(store.open(key, offset));
        return switch (fault) {
            case FAIL -> throw run.trouble.failure(key);
            case BREAK -> new Broken(bytes, run.trouble.anywhere(bytes.length), run.trouble.failure(key));
            case TRUNCATE -> new ByteArrayInputStream(bytes, 0, run.trouble.anywhere(bytes.length));
            case FLIP -> new ByteArrayInputStream(flipped(bytes));
            case SWAP -> new ByteArrayInputStream(another(key).orElse(bytes));
            case NONE, DELAY, LOST_ACKNOWLEDGEMENT -> new ByteArrayInputStream(bytes);
        };
    }

    @Override
    public Optional<ObjectInfo> stat(String key) {
        run.step("stat", where(key));
        fail(trouble(key, false, false), key);
        run.store.read(place, key);
        return store.stat(key);
    }

    @Override
    public Page page(String prefix, String after) {
        run.step("list", where(prefix));
        fail(trouble(prefix, false, false), prefix);
        run.store.listed(place, prefix);
        return store.page(prefix, after);
    }

    @Override
    public void close() {}

    private <T> T write(String what, String key, Supplier<T> effect) {
        run.step(what, where(key));
        Fault fault = trouble(key, false, false);
        if (fault == Fault.FAIL) {
            throw run.trouble.failure(key);
        }
        T result = effect.get();
        run.step(what + " done", where(key));
        if (fault == Fault.LOST_ACKNOWLEDGEMENT) {
            throw run.trouble.failure(key);
        }
        return result;
    }

    private String where(String key) {
        return run.stores.areSeveral() ? place.name + ": " + key : key;
    }

    private Fault trouble(String key, boolean reading, boolean signed) {
        Fault fault = run.trouble.next(server, place.name, reading, signed);
        if (fault != Fault.NONE) {
            run.tell(fault.name().toLowerCase(java.util.Locale.ROOT), key, "");
        }
        if (fault == Fault.DELAY) {
            pause();
        }
        return fault;
    }

    private void fail(Fault fault, String key) {
        if (fault == Fault.FAIL || fault == Fault.LOST_ACKNOWLEDGEMENT) {
            throw run.trouble.failure(key);
        }
    }

    private void pause() {
        try {
            run.turns.sleep(run.trouble.delay());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnderstudyException(ErrorCode.CANCELLED, "cannot wait for the filestore", "none", e);
        }
    }

    private byte[] flipped(byte[] bytes) {
        byte[] wrong = bytes.clone();
        if (wrong.length > 0) {
            wrong[run.trouble.anywhere(wrong.length)] ^= (byte) (1 << run.trouble.anywhere(8));
        }
        return wrong;
    }

    private Optional<byte[]> another(String key) {
        String prefix = key.substring(0, key.indexOf('/') + 1);
        try (Stream<ObjectInfo> all = store.list(prefix, "")) {
            List<String> others =
                    all.map(ObjectInfo::key).filter(each -> !each.equals(key)).toList();
            return others.isEmpty()
                    ? Optional.empty()
                    : Optional.of(read(store.open(others.get(run.trouble.anywhere(others.size())), 0)));
        }
    }

    private static byte[] read(InputStream in) {
        try (in) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails behind some of its bytes. */
    private static final class Broken extends InputStream {
        private final ByteArrayInputStream some;
        private final UnderstudyException failure;

        Broken(byte[] bytes, int length, UnderstudyException failure) {
            this.some = new ByteArrayInputStream(bytes, 0, length);
            this.failure = failure;
        }

        @Override
        public int read() {
            int next = some.read();
            if (next < 0) {
                throw failure;
            }
            return next;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            int count = some.read(target, offset, length);
            if (count < 0 && length > 0) {
                throw failure;
            }
            return count;
        }
    }
}
