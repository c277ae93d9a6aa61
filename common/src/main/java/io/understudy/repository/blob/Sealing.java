package io.understudy.repository.blob;

import io.understudy.age.AgeException;
import io.understudy.age.AgeFiles;
import io.understudy.age.AgeIdentity;
import io.understudy.age.Padme;
import io.understudy.age.Recipient;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;

/**
 * The keys of an encrypted repository, as far as this server has them; none for a plain one. Content is encrypted to
 * the repository's key. What only names blobs, the references and lists of blobs, is encrypted to a second key as well,
 * the outline key, which the primary holds: so it knows what each snapshot needs, and opens no content. Thread-safe.
 */
public final class Sealing {
    /** That of a plain repository. */
    public static final Sealing NONE = new Sealing(0, Naming.PUBLIC, List.of(), List.of(), Optional.empty(), List.of());

    private static final String SUFFIX = ".age";
    /** A zstd frame that readers skip (RFC 8878, 3.1.2): magic number and length, the lowest bytes first. */
    private static final int SKIPPABLE = 0x184D2A50;

    private static final int SKIPPABLE_HEAD = 8;

    private final int key;
    private final Naming naming;
    private final List<Recipient> content;
    private final List<Recipient> outline;
    private final Optional<AgeIdentity> identity;
    private final List<AgeIdentity> identities;

    private Sealing(
            int key,
            Naming naming,
            List<Recipient> content,
            List<Recipient> outline,
            Optional<AgeIdentity> identity,
            List<AgeIdentity> identities) {
        this.key = key;
        this.naming = naming;
        this.content = content;
        this.outline = outline;
        this.identity = identity;
        this.identities = identities;
    }

    /**
     * @param key the number of the repository's key, from 1 on
     * @param content its public half
     * @param identity its private half; empty on a server that reads no content
     */
    public static Sealing of(
            int key, byte[] naming, Recipient content, AgeIdentity outline, Optional<AgeIdentity> identity) {
        return new Sealing(
                key,
                Naming.keyed(naming),
                List.of(content),
                List.of(content, outline.recipient()),
                identity,
                identity.map(List::of).orElse(List.of(outline)));
    }

    public boolean isOn() {
        return key > 0;
    }

    /** Whether content can be read here, not only written. */
    public boolean reads() {
        return !isOn() || identity.isPresent();
    }

    /** The number of the key; 0 in a plain repository. */
    public int key() {
        return key;
    }

    public Naming naming() {
        return naming;
    }

    /** The key of a blob's object in the filestore. */
    String object(BlobId blob) {
        return isOn() ? blob.key() + SUFFIX : blob.key();
    }

    /** The blob that lies under this key; empty when no blob of this repository can. */
    Optional<BlobId> blob(String object) {
        if (!isOn()) {
            return BlobId.ofKey(object);
        }
        return object.endsWith(SUFFIX)
                ? BlobId.ofKey(object.substring(0, object.length() - SUFFIX.length()))
                : Optional.empty();
    }

    /** The most bytes that the object of a frame of at most so many may have, with any padding. */
    long mostStored(long frame) {
        return isOn() ? most(frame + BlobSink.MOST_PADDING) : frame;
    }

    /** The most bytes that a frame of at most so many becomes, padded no more than usual. */
    long most(long frame) {
        return isOn() ? AgeFiles.most(Padme.padded(frame + SKIPPABLE_HEAD), outline.size()) : frame;
    }

    /**
     * The length of a frame once it is padded by a second one that readers skip: its own where that is a padded length,
     * else at least 8 more.
     */
    static int padded(int frame) {
        long padded = Padme.padded(frame);
        return Math.toIntExact(
                padded == frame || padded - frame >= SKIPPABLE_HEAD ? padded : Padme.padded(frame + SKIPPABLE_HEAD));
    }

    /** As {@link #padded(int)}, with so many bytes more. */
    static int padded(int frame, int more) {
        return padded(more < SKIPPABLE_HEAD ? frame : frame + more);
    }

    /** Appends the padding. @param buffer long enough for {@link #padded(int, int)} */
    static int pad(byte[] buffer, int frame, int more) {
        int end = padded(frame, more);
        if (end > frame) {
            lowestFirst(buffer, frame, SKIPPABLE);
            lowestFirst(buffer, frame + Integer.BYTES, end - frame - SKIPPABLE_HEAD);
            java.util.Arrays.fill(buffer, frame + SKIPPABLE_HEAD, end, (byte) 0);
        }
        return end;
    }

    private static void lowestFirst(byte[] buffer, int at, int value) {
        for (int i = 0; i < Integer.BYTES; i++) {
            buffer[at + i] = (byte) (value >>> i * Byte.SIZE);
        }
    }

    /** @param names whether it names blobs only */
    void seal(byte[] plain, int length, boolean names, OutputStream out) {
        AgeFiles.seal(plain, 0, length, names ? outline : content, out);
    }

    /** Content that only who has the repository's key reads. */
    public byte[] seal(byte[] plain) {
        return AgeFiles.seal(plain, content);
    }

    /** What the primary may read as well. */
    public byte[] sealOutline(byte[] plain) {
        return AgeFiles.seal(plain, outline);
    }

    /** @throws IOException when it is no sealed form, or was altered; an {@link AgeException} */
    public byte[] open(byte[] sealed) throws IOException {
        try (InputStream in = open(new ByteArrayInputStream(sealed))) {
            return in.readAllBytes();
        }
    }

    /**
     * The plain content of a sealed form; what is not sealed as it is in a plain repository.
     *
     * @throws UnderstudyException {@code IDENTITY_MISSING} where only another server can
     */
    InputStream open(InputStream sealed) throws IOException {
        if (!isOn()) {
            return sealed;
        }
        try {
            return AgeFiles.open(sealed, identities);
        } catch (AgeException e) {
            // What only names blobs is encrypted for two, and damaged where it does not open.
            if (!reads() && e.recipients() == content.size()) {
                throw identityMissing("cannot read sealed content: this server has no identity that opens it");
            }
            throw e;
        }
    }

    public static UnderstudyException identityMissing(String what) {
        return new UnderstudyException(
                ErrorCode.IDENTITY_MISSING,
                what,
                "run it on a standby, or where encryption.identity names the file of one that the repository is encrypted to");
    }
}
