package io.understudy.repository.blob;

import com.github.luben.zstd.ZstdIOException;
import io.understudy.age.AgeException;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.ObjectInfo;
import io.understudy.filestore.WriteBatch;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.io.input.BoundedInputStream;

/**
 * The blobs of a repository. Each content is put once: a put asks whether the blob is there before it sends it. A
 * snapshot puts through a {@link #session(KnownBlobs) session}, which also saves the question for what its base names.
 *
 * <p>A blob that is there already counts only while it is younger than {@link #FRESH}; an older one is written again,
 * which renews its age. Retention deletes no unreferenced blob younger than 24 hours, so none that a running snapshot
 * relies on can go before its manifest is written, as long as that takes less than the difference.
 *
 * <p>More than 300 lines, for what is put, and what retention may delete, is judged best in one place.
 */
public final class Blobs implements BlobSink, BlobSource {
    /** The longest content of one blob, in bytes. */
    public static final int LONGEST = 64 << 20;
    /** How old a blob may be that a put relies on. */
    public static final Duration FRESH = Duration.ofHours(12);

    static final String DAMAGED_HINT =
            "run agent-primary verify and take a new snapshot: it stores everything again; or repair it from another copy of the repository";

    /** How far the store's clock may run ahead of ours before the ages that it gives are not trusted. */
    private static final Duration SKEW = Duration.ofHours(1);

    private static final String PREFIX = "blobs/";
    private static final int STRIPES = 64;

    private final Filestore filestore;
    private final Clock clock;
    private final Sealing sealing;
    private final BlobCodec codec;
    private final Object[] stripes =
            IntStream.range(0, STRIPES).mapToObj(i -> new Object()).toArray();

    /** Of a plain repository. */
    public Blobs(Filestore filestore, Clock clock) {
        this(filestore, clock, Sealing.NONE);
    }

    public Blobs(Filestore filestore, Clock clock, Sealing sealing) {
        this.filestore = Objects.requireNonNull(filestore);
        this.clock = Objects.requireNonNull(clock);
        this.sealing = Objects.requireNonNull(sealing);
        this.codec = new BlobCodec(sealing);
    }

    /** @param known blobs that a kept snapshot names: for these a put asks nothing and sends nothing */
    public BlobSession session(KnownBlobs known) {
        return session(known::stored);
    }

    /** As {@link #session(KnownBlobs)}. @param known their stored bytes; empty for any other. Thread-safe */
    public BlobSession session(Function<BlobId, OptionalLong> known) {
        return new BlobSession(this, known, false);
    }

    /** A session that relies on nothing: each content is written once more, over whatever is there under its name. */
    public BlobSession renewal() {
        return new BlobSession(this, id -> OptionalLong.empty(), true);
    }

    /** Durable on return. */
    @Override
    public BlobRef put(byte[] buffer, int offset, int length) {
        return put(buffer, offset, length, session -> session);
    }

    private BlobRef put(byte[] buffer, int offset, int length, Function<BlobSession, BlobSink> part) {
        try (BlobSession session = session(KnownBlobs.none())) {
            BlobRef blob = part.apply(session).put(buffer, offset, length);
            session.settle();
            return blob;
        }
    }

    @Override
    public Naming naming() {
        return sealing.naming();
    }

    @Override
    public BlobSink ofNames() {
        return around((blobs, buffer, offset, length) -> put(buffer, offset, length, BlobSession::ofNames));
    }

    @Override
    public BlobSink padded(int bytes) {
        return around((blobs, buffer, offset, length) -> put(buffer, offset, length, session -> session.padded(bytes)));
    }

    /** Whether content can be read here: of an encrypted repository only with an identity. */
    public boolean areReadable() {
        return sealing.reads();
    }

    /** The key of a blob's object in the filestore. */
    public String object(BlobId id) {
        return sealing.object(id);
    }

    /** The blob that lies under this key; empty when no blob of this repository can. */
    public Optional<BlobId> blob(String object) {
        return sealing.blob(object);
    }

    /** The most bytes that the object of a blob of so many plain bytes may have. */
    long mostStored(long plain) {
        return sealing.mostStored(BlobCodec.mostStored(plain));
    }

    @Override
    public InputStream open(BlobRef blob) {
        if (blob.bytes() < 0 || blob.bytes() > LONGEST) {
            throw new UnderstudyException(
                    ErrorCode.BLOB_DAMAGED,
                    "cannot read blob " + blob.id() + ": no blob has " + blob.bytes() + " bytes",
                    DAMAGED_HINT);
        }
        return decoded(blob, openStored(blob));
    }

    /**
     * Reads the blob to its end.
     *
     * @throws UnderstudyException {@code BLOB_MISSING}, {@code BLOB_DAMAGED}
     */
    public void check(BlobRef blob) {
        try (InputStream in = open(blob)) {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw unreadable(blob, e);
        }
    }

    /**
     * Whether the blob's object is there, and has a length that a sound one may have; reads nothing of it.
     *
     * @throws UnderstudyException {@code BLOB_MISSING}, {@code BLOB_DAMAGED}
     */
    public void requirePresent(BlobRef blob) {
        ObjectInfo info = stat(blob.id())
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.BLOB_MISSING,
                        "cannot find blob " + blob.id() + " in " + name() + ": it is missing",
                        DAMAGED_HINT));
        if (info.size() == 0 || info.size() > mostStored(blob.bytes())) {
            throw damaged(blob.id(), "its object has " + info.size() + " bytes", null);
        }
    }

    /**
     * The whole content of a blob of which only the name is known.
     *
     * @throws UnderstudyException {@code BLOB_MISSING}, {@code BLOB_DAMAGED}
     */
    public byte[] readWhole(BlobId id) {
        BlobRef blob = new BlobRef(id, LONGEST, LONGEST, false);
        try (InputStream in = BlobCodec.decode(sealing.open(openStored(blob)))) {
            byte[] content = in.readNBytes(LONGEST + 1);
            if (content.length == 0 || content.length > LONGEST || !isCalled(id, content)) {
                throw damaged(id, "its content is not what its name says", null);
            }
            return content;
        } catch (AgeException | ZstdIOException e) {
            throw damaged(id, e.getMessage(), e);
        } catch (IOException e) {
            throw unreadable(blob, e);
        }
    }

    private UnderstudyException damaged(BlobId id, String why, IOException cause) {
        return new UnderstudyException(
                ErrorCode.BLOB_DAMAGED, "cannot read blob " + id + " in " + name() + ": " + why, DAMAGED_HINT, cause);
    }

    static UnderstudyException unreadable(BlobRef blob, IOException e) {
        return new UnderstudyException(
                ErrorCode.FILESTORE_FAILED,
                "cannot read blob " + blob.id() + ": " + e,
                "try again; if it fails again, check the filestore",
                e);
    }

    /** The object of a blob, if there is one; nothing is said about its content. */
    public Optional<ObjectInfo> stat(BlobId id) {
        return filestore.stat(object(id));
    }

    /** All objects under {@code blobs/}, in ascending order of their keys; lazily. Close it. */
    public Stream<ObjectInfo> list() {
        return filestore.list(PREFIX, "");
    }

    /**
     * Those of {@link #list()} from a name on.
     *
     * @param digits the first hexadecimal digits of names, at least 2
     */
    public Stream<ObjectInfo> list(String digits) {
        return filestore.list(PREFIX, PREFIX + digits.substring(0, 2) + "/" + digits);
    }

    /** Idempotent. The caller makes sure that no kept manifest names the blob. */
    public void delete(BlobId id) {
        filestore.delete(object(id));
    }

    private boolean isCalled(BlobId id, byte[] content) {
        Naming.Digest digest = naming().begin();
        digest.update(content, 0, content.length);
        return digest.name().equals(id) || digest.wasCalled(id);
    }

    BlobId idOf(byte[] buffer, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, buffer.length);
        if (length < 1 || length > LONGEST) {
            throw new IllegalArgumentException("a blob has 1 to " + LONGEST + " bytes, not " + length);
        }
        return naming().of(buffer, offset, length);
    }

    /** Who holds it is the only one who puts this blob. */
    Object turn(BlobId id) {
        return stripes[Math.floorMod(id.hashCode(), STRIPES)];
    }

    /** The blob, if one is there that a put may rely on. */
    Optional<BlobRef> fresh(BlobId id, int length) {
        return filestore
                .statEverywhere(object(id))
                .filter(info -> reliable(info, length))
                .map(info -> new BlobRef(id, length, info.size(), false));
    }

    /** Writes the blob, whatever is there. */
    BlobRef write(BlobId id, byte[] buffer, int offset, int length, boolean ofNames, int padding, WriteBatch batch) {
        try (BlobCodec.Encoder encoded = codec.encode(buffer, offset, length, ofNames, padding)) {
            batch.put(object(id), encoded.content());
            return new BlobRef(id, length, encoded.content().length(), false);
        }
    }

    /** Writes of which all have to be durable in the end. */
    public WriteBatch batch() {
        return filestore.batch();
    }

    /** The object as it is stored, at most as long as a sound one can be. */
    InputStream openStored(BlobRef blob) {
        try {
            return BoundedInputStream.builder()
                    .setInputStream(filestore.open(object(blob.id()), 0))
                    .setMaxCount(mostStored(Math.min(blob.bytes(), LONGEST)))
                    .get();
        } catch (IOException e) {
            throw unreadable(blob, e);
        } catch (UnderstudyException e) {
            throw named(blob, filestore.name(), e);
        }
    }

    /** The failure to read an object, described by the blob. */
    static UnderstudyException named(BlobRef blob, String store, UnderstudyException e) {
        if (e.code() != ErrorCode.OBJECT_MISSING) {
            return e;
        }
        return new UnderstudyException(
                ErrorCode.BLOB_MISSING,
                "cannot read blob " + blob.id() + " in " + store + ": it is missing",
                DAMAGED_HINT,
                e);
    }

    /** The plain content of a stored form, checked as {@link #open} promises. */
    InputStream decoded(BlobRef blob, InputStream stored) {
        try {
            return new VerifiedInput(filestore.name(), blob, naming(), BlobCodec.decode(sealing.open(stored)));
        } catch (AgeException e) {
            throw damaged(blob.id(), e.getMessage(), e);
        } catch (UnderstudyException e) {
            throw named(blob, name(), e);
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.INTERNAL,
                    "cannot decode blob " + blob.id(),
                    "this is a defect of Understudy: please report it with the agent's log",
                    e);
        }
    }

    /** Writes a blob's stored form, which the caller has checked; durable on return. */
    void putStored(BlobId id, byte[] stored, int length) {
        filestore.put(object(id), Content.of(stored, length));
    }

    /** Encrypts those that are here again. */
    public BlobResealing resealing() {
        return new BlobResealing(filestore, sealing);
    }

    /** The filestore's name, for messages. */
    String name() {
        return filestore.name();
    }

    /** Frees the buffers that puts left. */
    void trim() {
        codec.trim();
    }

    private boolean reliable(ObjectInfo info, int length) {
        Duration age = Duration.between(info.modified(), clock.instant());
        return age.compareTo(FRESH) < 0
                && age.compareTo(SKEW.negated()) > 0
                && info.size() > 0
                && info.size() <= mostStored(length);
    }
}
