package io.understudy.replica.state;

import java.util.Optional;

/** One small durable file. */
public interface StateFile {
    /** @return empty when there is none */
    Optional<byte[]> read();

    /** Replaces it as a whole; durable on return. A crash leaves the old content or the new. */
    void write(byte[] content);
}
