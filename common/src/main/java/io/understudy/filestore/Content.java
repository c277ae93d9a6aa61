package io.understudy.filestore;

/**
 * What is written: the first {@code length} bytes of a buffer, which must not change until the write has returned. It
 * lies in memory, so a write can be tried again; a blob is small enough for that.
 */
@SuppressWarnings("ArrayRecordComponent")
public record Content(byte[] buffer, int length) {
    /** @throws IllegalArgumentException when the buffer is shorter */
    public Content {
        if (length < 0 || length > buffer.length) {
            throw new IllegalArgumentException("no " + length + " bytes in a buffer of " + buffer.length);
        }
    }

    public static Content of(byte[] bytes) {
        return new Content(bytes, bytes.length);
    }

    public static Content of(byte[] buffer, int length) {
        return new Content(buffer, length);
    }
}
