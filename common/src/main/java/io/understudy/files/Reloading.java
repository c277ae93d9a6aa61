package io.understudy.files;

import io.understudy.failure.UnderstudyException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was read from files, read again when one of them was replaced, so that a renewed key or certificate needs no
 * restart. It is looked at when it is asked for: a few system calls each time. What cannot be read again, such as a
 * pair of which one half is replaced, leaves what was read before. Thread-safe.
 */
public final class Reloading<T> implements Supplier<T> {
    private static final Logger LOG = LoggerFactory.getLogger(Reloading.class);

    private final List<Path> files;
    private final Supplier<T> reader;
    private List<Object> seen;
    private T value;

    private Reloading(List<Path> files, Supplier<T> reader) {
        this.files = List.copyOf(files);
        this.reader = reader;
        this.seen = stamps();
        this.value = reader.get();
    }

    /**
     * Reads it for the first time.
     *
     * @param reader reads all of the files; throws UnderstudyException when they are of no use
     * @throws UnderstudyException what the reader throws
     */
    public static <T> Reloading<T> read(List<Path> files, Supplier<T> reader) {
        return new Reloading<>(files, reader);
    }

    @Override
    public synchronized T get() {
        List<Object> now = stamps();
        if (!now.equals(seen)) {
            // Noted whatever comes of it: one warning for each change.
            seen = now;
            renew();
        }
        return value;
    }

    private void renew() {
        try {
            value = reader.get();
            LOG.info("read again, because they changed: {}", files);
        } catch (UnderstudyException e) {
            LOG.warn("the files that were read before stay in use: {}; hint: {}", e.getMessage(), e.hint());
        }
    }

    /**
     * What distinguishes one content of a file from the next; a file that is replaced by rename gets another key too.
     */
    private List<Object> stamps() {
        List<Object> stamps = new ArrayList<>();
        for (Path file : files) {
            try {
                BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
                stamps.add(List.of(now.lastModifiedTime(), now.size(), String.valueOf(now.fileKey())));
            } catch (IOException e) {
                stamps.add("not there");
            }
        }
        return stamps;
    }
}
