package io.understudy.repository.blob;

import io.understudy.age.AgeException;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.ObjectInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Encrypts blobs again, to the newest key of their repository. Name, content and length stay, so what names the blob
 * finds it as before; a reader sees the old form or the new one. Thread-safe.
 */
public final class BlobResealing {
    /** Holds a header and some of the content. */
    private static final int HEAD = 4 << 10;
    /** As it was, open, and as it will be. */
    private static final int COPIES = 3;

    private final Filestore filestore;
    private final Sealing sealing;
    private final long longest;

    /** What became of an object. */
    public enum Outcome {
        RESEALED,
        /** It is for the newest key already. */
        CURRENT,
        /** It is damaged, or for none of the keys; it stays as it is. */
        UNREADABLE,
        /** It was deleted since it was listed. */
        GONE
    }

    BlobResealing(Filestore filestore, Sealing sealing) {
        this.filestore = filestore;
        this.sealing = sealing;
        this.longest = sealing.most(BlobCodec.mostStored(Blobs.LONGEST));
    }

    /** Durable on return. @throws UnderstudyException what the filestore throws */
    public Outcome reseal(ObjectInfo object) {
        if (object.size() > longest) {
            return Outcome.UNREADABLE;
        }
        int taken = MemoryBudget.TRANSFER.take(COPIES * object.size());
        try (InputStream in = filestore.open(object.key(), 0)) {
            return reseal(object.key(), in);
        } catch (AgeException e) {
            return Outcome.UNREADABLE;
        } catch (UnderstudyException e) {
            if (e.code() != ErrorCode.OBJECT_MISSING) {
                throw e;
            }
            return Outcome.GONE;
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.FILESTORE_FAILED,
                    "cannot read " + object.key() + " in " + filestore.name() + ": " + e,
                    "try again; if it fails again, check the filestore",
                    e);
        } finally {
            MemoryBudget.TRANSFER.give(taken);
        }
    }

    private Outcome reseal(String key, InputStream in) throws IOException {
        byte[] head = in.readNBytes(HEAD);
        if (sealing.isCurrent(head)) {
            return Outcome.CURRENT;
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(head);
        whole.write(in.readNBytes((int) longest));
        filestore.put(key, Content.of(sealing.resealed(whole.toByteArray())));
        return Outcome.RESEALED;
    }
}
