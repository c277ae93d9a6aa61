package io.understudy.testing;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Blobs in memory, for tests of what writes and reads them. Checks nothing when it reads. Thread-safe. */
public final class MemoryBlobs implements PlainSink, BlobSource {
    private final Map<BlobId, byte[]> blobs = new ConcurrentHashMap<>();
    private final AtomicInteger added = new AtomicInteger();

    @Override
    public BlobRef put(byte[] buffer, int offset, int length) {
        byte[] content = Arrays.copyOfRange(buffer, offset, offset + length);
        BlobId id = idOf(content);
        if (blobs.putIfAbsent(id, content) == null) {
            added.incrementAndGet();
        }
        return new BlobRef(id, length, length, false);
    }

    @Override
    public InputStream open(BlobRef blob) {
        byte[] content = blobs.get(blob.id());
        if (content == null) {
            throw new UnderstudyException(ErrorCode.BLOB_MISSING, "cannot read blob " + blob.id(), "a test removed it");
        }
        return new ByteArrayInputStream(content);
    }

    /** How many different blobs were put since the start or the last call. */
    public int added() {
        return added.getAndSet(0);
    }

    public byte[] content(StreamRef stream) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        stream.blobs(this).forEachRemaining(blob -> all.writeBytes(blobs.get(blob.id())));
        return all.toByteArray();
    }

    /** Replaces a blob's content, as a hostile or broken store would. */
    public void damage(BlobId id, byte[] content) {
        blobs.put(id, content);
    }

    public void remove(BlobId id) {
        blobs.remove(id);
    }

    private static BlobId idOf(byte[] content) {
        try {
            return BlobId.of(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
