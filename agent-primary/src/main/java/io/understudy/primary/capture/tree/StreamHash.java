package io.understudy.primary.capture.tree;

import io.understudy.files.ContentHash;
import io.understudy.files.Sha256;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.Naming;
import java.security.MessageDigest;

/**
 * The hash of a stream, taken from its blobs on their way: that of a stream of one blob is the blob's name, and is not
 * computed again, where names are hashes. Not thread-safe.
 */
final class StreamHash implements BlobSink {
    private final BlobSink sink;
    private final MessageDigest digest = Sha256.digest();
    private boolean begun;
    private boolean ending;
    private ContentHash name;

    StreamHash(BlobSink sink) {
        this.sink = sink;
    }

    /** A new stream begins. */
    void begin() {
        digest.reset();
        begun = false;
        ending = false;
        name = null;
    }

    /** At most one blob follows: the rest of the stream. */
    void ending() {
        ending = true;
    }

    /** What follows the last blob, and is none. */
    void rest(byte[] buffer, int length) {
        if (length > 0) {
            digest.update(buffer, 0, length);
            begun = true;
            name = null;
        }
    }

    @Override
    public BlobRef put(byte[] buffer, int offset, int length) {
        boolean whole = ending && !begun && sink.naming().isPublic();
        if (!whole) {
            digest.update(buffer, offset, length);
            begun = true;
        }
        BlobRef blob = sink.put(buffer, offset, length);
        name = whole ? ContentHash.parse(blob.id().hex()) : null;
        return blob;
    }

    @Override
    public Naming naming() {
        return sink.naming();
    }

    @Override
    public BlobSink ofNames() {
        return sink.ofNames();
    }

    @Override
    public BlobSink padded(int bytes) {
        return sink.padded(bytes);
    }

    /** Of the whole stream, after its last blob. */
    ContentHash hash() {
        return name == null ? ContentHash.of(digest.digest()) : name;
    }
}
