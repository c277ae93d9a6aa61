package io.understudy.filestore;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** Bytes of known length that can be read again from the start, so that a write can be retried. */
public interface Content {
    long length();

    InputStream open() throws IOException;

    /** The array that begins with these bytes, when they lie in memory anyway: an adapter can spare a copy. It must not be changed. */
    default Optional<byte[]> inMemory() {
        return Optional.empty();
    }

    static Content of(byte[] bytes) {
        return of(bytes, bytes.length);
    }

    /** The first {@code length} bytes of {@code buffer}, which must not change until the write has returned. */
    static Content of(byte[] buffer, int length) {
        return new Content() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(buffer, 0, length);
            }

            @Override
            public Optional<byte[]> inMemory() {
                return Optional.of(buffer);
            }
        };
    }
}
