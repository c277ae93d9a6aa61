package io.understudy.testing;

import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.Naming;

/** A sink of a plain repository, for tests that say only what a put does. */
public interface PlainSink extends BlobSink {
    @Override
    default Naming naming() {
        return Naming.PUBLIC;
    }

    @Override
    default BlobSink ofNames() {
        return this;
    }

    @Override
    default BlobSink padded(int bytes) {
        return this;
    }
}
