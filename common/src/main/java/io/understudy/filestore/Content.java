package io.understudy.filestore;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Bytes of known length that can be read again from the start, so that a write can be retried. */
public interface Content {
    long length();

    InputStream open() throws IOException;

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
        };
    }
}
