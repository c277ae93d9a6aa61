package io.understudy.files;

import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was read from files, read again when one of them was replaced or changed its mode, so that a renewed key or
 * certificate needs no restart. It is looked at when it is asked for: a few system calls each time. What cannot be read
 * again, such as a pair of which one half is replaced, leaves what was read before. Thread-safe.
 */
public final class Reloading<T> implements Supplier<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Reloading.class);

    private final List<Path> files;
    private final Supplier<T> reader;
    private Optional<List<Object>> seen = Optional.empty();
    private Optional<T> value = Optional.empty();
    private UnderstudyException failure;

    private Reloading(List<Path> files, Supplier<T> reader) {
        this.files = List.copyOf(files);
        this.reader = reader;
    }

    /**
     * Reads it for the first time.
     *
     * @param reader reads all of the files; throws UnderstudyException when they are of no use
     * @throws UnderstudyException what the reader throws
     */
    public static <T> Reloading<T> read(List<Path> files, Supplier<T> reader) {
        Reloading<T> read = late(files, reader);
        read.get();
        return read;
    }

    /** Reads it when it is first asked for; until it can be read, {@link #get} throws what the reader threw. */
    public static <T> Reloading<T> late(List<Path> files, Supplier<T> reader) {
        return new Reloading<>(files, reader);
    }

    @Override
    public synchronized T get() {
        Optional<List<Object>> now = Optional.of(stamps());
        if (!now.equals(seen)) {
            // Noted whatever comes of it: one warning for each change.
            seen = now;
            renew();
        }
        return value.orElseThrow(() -> failure);
    }

    private void renew() {
        try {
            Optional<T> next = Optional.of(reader.get());
            if (value.isPresent() || failure != null) {
                LOG.info("read again, because they changed: {}", files);
            }
            value = next;
        } catch (UnderstudyException e) {
            failure = e;
            if (value.isPresent()) {
                LOG.warn("the files that were read before stay in use: {}; hint: {}", e.getMessage(), e.hint());
            }
        }
    }

    /**
     * What distinguishes one state of a file from the next: the moment of its last change, of content or mode; a file
     * that is replaced by rename gets another key too.
     */
    private List<Object> stamps() {
        List<Object> stamps = new ArrayList<>();
        for (Path file : files) {
            try {
                stamps.add(Files.readAttributes(file, "unix:ctime,size,fileKey"));
            } catch (IOException e) {
                stamps.add("not there");
            }
        }
        return stamps;
    }
}
