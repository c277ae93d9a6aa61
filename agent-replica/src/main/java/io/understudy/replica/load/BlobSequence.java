package io.understudy.replica.load;

import io.understudy.filestore.BlockInput;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.function.LongConsumer;

/** The decoded concatenation of blobs, each opened when the one before is at its end. */
final class BlobSequence extends BlockInput {
    private final Iterator<BlobRef> rest;
    private final BlobSource source;
    private final LongConsumer progress;
    private InputStream current = InputStream.nullInputStream();

    /** @param progress receives the number of further bytes read */
    BlobSequence(Iterator<BlobRef> blobs, BlobSource source, LongConsumer progress) {
        this.rest = blobs;
        this.source = source;
        this.progress = progress;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        while (true) {
            int read = current.read(buffer, offset, length);
            if (read > 0 || length == 0) {
                progress.accept(read);
                return read;
            }
            current.close();
            if (!rest.hasNext()) {
                current = InputStream.nullInputStream();
                return -1;
            }
            current = source.open(rest.next());
        }
    }

    @Override
    public void close() throws IOException {
        current.close();
    }
}
