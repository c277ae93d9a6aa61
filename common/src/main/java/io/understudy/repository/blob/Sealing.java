package io.understudy.repository.blob;

import io.understudy.age.AgeException;
import io.understudy.age.AgeFiles;
import io.understudy.age.AgeIdentity;
import io.understudy.age.Padme;
import io.understudy.age.Recipient;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * The keys of an encrypted repository, as far as this server has them; none for a plain one. Content is encrypted to
 * the repository's key. What only names blobs, the references and lists of blobs, is encrypted to a second key as well,
 * the outline key, which the primary holds: so it knows what each snapshot needs, and opens no content.
 *
 * <p>A repository can get another key while agents run: what is written is encrypted to the newest, and what older ones
 * open is read too. A server finds a new key by itself, when something is encrypted to a key that it does not have, and
 * at {@link #refresh}. The secret of names stays the same. Thread-safe.
 */
public final class Sealing {
    /** That of a plain repository. */
    public static final Sealing NONE =
            new Sealing(Naming.PUBLIC, new Keys(0, List.of(), List.of(), false, List.of()), key -> Optional.empty());

    private static final String SUFFIX = ".age";
    /** A zstd frame that readers skip (RFC 8878, 3.1.2): magic number and length, the lowest bytes first. */
    private static final int SKIPPABLE = 0x184D2A50;

    private static final int SKIPPABLE_HEAD = 8;

    /** How far into an object a key is looked for: more than the longest header that is written. */
    private static final int LOOK = 256 << 10;

    private final Naming naming;
    private final IntFunction<Optional<Sealing>> newer;
    private volatile Keys keys;

    /**
     * @param number of the newest
     * @param content what content is encrypted to
     * @param outline what only names blobs is encrypted to
     * @param reads whether content can be read here
     * @param identities the newest first
     */
    private record Keys(
            int number, List<Recipient> content, List<Recipient> outline, boolean reads, List<AgeIdentity> identities) {
        /** Says nothing of the secrets. */
        @Override
        public String toString() {
            return "key " + number;
        }
    }

    private Sealing(Naming naming, Keys keys, IntFunction<Optional<Sealing>> newer) {
        this.naming = naming;
        this.keys = keys;
        this.newer = newer;
    }

    /**
     * @param key the number of the repository's key, from 1 on
     * @param content its public half
     * @param identity its private half; empty on a server that reads no content
     */
    public static Sealing of(
            int key, byte[] naming, Recipient content, AgeIdentity outline, Optional<AgeIdentity> identity) {
        return new Sealing(
                Naming.keyed(naming),
                new Keys(
                        key,
                        List.of(content),
                        List.of(content, outline.recipient()),
                        identity.isPresent(),
                        List.of(identity.orElse(outline))),
                unused -> Optional.empty());
    }

    /** With what older keys need to be opened: their identities, or where this server has none their outline keys. */
    public Sealing withOlder(List<AgeIdentity> older) {
        List<AgeIdentity> all =
                Stream.concat(keys.identities().stream(), older.stream()).toList();
        return new Sealing(naming, new Keys(keys.number(), keys.content(), keys.outline(), keys.reads(), all), newer);
    }

    /** Of a repository that was plain: some content has the name that it had then. */
    public Sealing ofMoved() {
        return new Sealing(naming.orPublic(), keys, newer);
    }

    /** @param newer finds the keys where there is one of a higher number than the given one; throws what that throws */
    public Sealing renewedBy(IntFunction<Optional<Sealing>> newer) {
        return new Sealing(naming, keys, newer);
    }

    /**
     * Takes over a key that was made since.
     *
     * @return whether there is one
     * @throws UnderstudyException as reading the keys
     */
    public boolean refresh() {
        return isOn() && renewed(keys);
    }

    private synchronized boolean renewed(Keys known) {
        if (keys.number() == known.number()) {
            newer.apply(known.number()).ifPresent(found -> keys = found.keys);
        }
        return keys.number() > known.number();
    }

    public boolean isOn() {
        return keys.number() > 0;
    }

    /** Whether content can be read here, not only written. */
    public boolean reads() {
        return !isOn() || keys.reads();
    }

    /** The number of the newest key; 0 in a plain repository. */
    public int key() {
        return keys.number();
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
        return isOn()
                ? AgeFiles.most(
                        Padme.padded(frame + SKIPPABLE_HEAD), keys.outline().size())
                : frame;
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
        AgeFiles.seal(plain, 0, length, names ? keys.outline() : keys.content(), out);
    }

    /** Content that only who has the repository's key reads. */
    public byte[] seal(byte[] plain) {
        return AgeFiles.seal(plain, keys.content());
    }

    /** What the primary may read as well. */
    public byte[] sealOutline(byte[] plain) {
        return AgeFiles.seal(plain, keys.outline());
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
        InputStream again = new BufferedInputStream(sealed);
        again.mark(LOOK);
        Keys known = keys;
        try {
            return AgeFiles.open(again, known.identities());
        } catch (AgeException e) {
            if (!renewed(known)) {
                throw closed(e);
            }
        }
        again.reset();
        try {
            return AgeFiles.open(again, keys.identities());
        } catch (AgeException e) {
            throw closed(e);
        }
    }

    private AgeException closed(AgeException e) {
        // What only names blobs is encrypted for two, and damaged where it does not open.
        if (!reads() && e.recipients() == keys.content().size()) {
            throw identityMissing("cannot read sealed content: this server has no identity that opens it");
        }
        return e;
    }

    /**
     * Whether a sealed form is for the newest key.
     *
     * @param head of it, a few KiB or all
     */
    public boolean isCurrent(byte[] head) {
        try {
            AgeFiles.open(new ByteArrayInputStream(head), keys.identities().subList(0, 1))
                    .close();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * The same content for the newest key, as long as before.
     *
     * @throws IOException as {@link #open(byte[])}
     */
    public byte[] resealed(byte[] sealed) throws IOException {
        byte[] plain = open(sealed);
        return AgeFiles.recipients(sealed) > keys.content().size() ? sealOutline(plain) : seal(plain);
    }

    public static UnderstudyException identityMissing(String what) {
        return new UnderstudyException(
                ErrorCode.IDENTITY_MISSING,
                what,
                "run it on a standby, or where encryption.identity names the file of one that the repository is encrypted to");
    }
}
