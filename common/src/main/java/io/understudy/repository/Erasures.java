package io.understudy.repository;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.Copy;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.ObjectInfo;
import io.understudy.repository.key.SignedLine;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.time.Moments;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Which rows were erased, as the servers that keep revisions say it: a signed object of each, rewritten when more come.
 * In several filestores each is read, and what one of them says counts. Thread-safe.
 */
public final class Erasures {
    private static final String PREFIX = "erased/";
    private static final Pattern KEY = Pattern.compile("erased/[0-9a-f-]{36}\\.json");
    /** Some 1.2 million rows. */
    static final int LONGEST = 32 << 20;

    /** Of all servers together, as a server remembers it: some 5 million rows. */
    static final int LONGEST_OF_ALL = 4 * LONGEST;

    private static final String REMEMBERED = "erased/remembered.json";
    private static final String READ = "erased/read.json";
    private static final int LONGEST_MOMENT = 1000;
    private static final int MOST = 1000;

    private final Filestore filestore;
    private final String site;
    private final UUID repository;
    private final TrustedKeys trusted;
    private final ErasureHash hash;

    private Erasures(Repository of) {
        this.filestore = of.filestore;
        this.site = of.site();
        this.repository = of.id();
        this.trusted = of.trusted;
        this.hash = ErasureHash.of(of.id(), of.blobs().naming());
    }

    public static Erasures of(Repository repository) {
        return new Erasures(repository);
    }

    public ErasureHash hash() {
        return hash;
    }

    /**
     * All rows that any server erased.
     *
     * @param junk receives what no trusted key signed; nothing is left out of a restore because of it
     * @throws UnderstudyException those of the filestore; of several, where none answers
     */
    public ErasedKeys all(Consumer<JunkObject> junk) {
        ErasedKeys.Collected all = new ErasedKeys.Collected();
        UnderstudyException fault = null;
        int read = 0;
        for (Filestore store : stores()) {
            try {
                SmallObject.list(store, PREFIX, "", MOST).stream()
                        .map(ObjectInfo::key)
                        .filter(key -> KEY.matcher(key).matches())
                        .forEach(key ->
                                JunkObject.in(key, () -> read(store, key, all)).ifPresent(junk));
                read++;
            } catch (UnderstudyException e) {
                fault = e;
            }
        }
        if (read == 0) {
            throw fault;
        }
        return all.by(hash);
    }

    /**
     * Says what a server erased: all of it, each time.
     *
     * @param server the same for each call of a server, and of no other
     * @return whether something was written: not where all of it is there
     * @throws UnderstudyException {@code FILE_UNSUPPORTED} where they are too many; those of the filestore, after all
     *     others of several were written
     */
    public boolean publish(UUID server, ErasedKeys erased, SigningKey key) {
        byte[] bytes = SignedLine.sign(line(erased), key);
        requireNoLonger(bytes, LONGEST, erased);
        String name = PREFIX + server + ".json";
        UnderstudyException fault = null;
        boolean written = false;
        for (Filestore store : stores()) {
            try {
                if (SmallObject.read(store, name, LONGEST)
                        .filter(there -> Arrays.equals(there, bytes))
                        .isEmpty()) {
                    store.put(name, Content.of(bytes));
                    written = true;
                }
            } catch (UnderstudyException e) {
                fault = e;
            }
        }
        if (fault != null) {
            throw fault;
        }
        return written;
    }

    private void requireNoLonger(byte[] bytes, int longest, ErasedKeys erased) {
        if (bytes.length > longest) {
            throw new UnderstudyException(
                    ErrorCode.FILE_UNSUPPORTED,
                    "cannot write the list of erased rows to " + filestore.name() + ": " + erased.count()
                            + " rows are too many for one object",
                    "delete the oldest of understudy.erased in the database of revisions: no snapshot has them");
        }
    }

    /**
     * What a server remembers of the lists of all servers.
     *
     * @param read when they were read, to the second and by its own clock: what was erased later is not in it
     */
    public record Remembered(ErasedKeys erased, Instant read) {}

    /**
     * Remembers them in this repository, which is a copy on a server's own disk: it is not signed. Not for two callers
     * at the same time.
     *
     * @throws UnderstudyException {@code FILE_UNSUPPORTED} where they are too many; those of the filestore
     */
    public void remember(Remembered now) {
        byte[] bytes = line(now.erased());
        requireNoLonger(bytes, LONGEST_OF_ALL, now.erased());
        if (SmallObject.read(filestore, REMEMBERED, LONGEST_OF_ALL)
                .filter(there -> Arrays.equals(there, bytes))
                .isEmpty()) {
            filestore.put(REMEMBERED, Content.of(bytes));
        }
        // Last: killed in between, it says that it is older than it is.
        ObjectNode read = JsonNodeFactory.instance.objectNode();
        read.put("format", Manifest.FORMAT).put("read", Moments.text(now.read()));
        filestore.put(READ, Content.of(RepositoryJson.line(read)));
    }

    /**
     * What {@link #remember} wrote.
     *
     * @return empty where nothing was remembered yet
     * @throws UnderstudyException {@code MANIFEST_DAMAGED}, {@code FORMAT_UNKNOWN}, {@code WRONG_REPOSITORY}; those of
     *     the filestore
     */
    public Optional<Remembered> remembered() {
        Optional<byte[]> moment = SmallObject.read(filestore, READ, LONGEST_MOMENT);
        Optional<byte[]> all = SmallObject.read(filestore, REMEMBERED, LONGEST_OF_ALL);
        if (moment.isEmpty() || all.isEmpty()) {
            return Optional.empty();
        }
        ErasedKeys.Collected erased = new ErasedKeys.Collected();
        collect(REMEMBERED, all.get(), all.get().length, erased);
        return Optional.of(new Remembered(erased.by(hash), moment(moment.get())));
    }

    private static Instant moment(byte[] bytes) {
        try {
            ManifestCodec.requireFormat(READ, RepositoryJson.format(bytes, 0, bytes.length));
            return Instant.parse(RepositoryJson.read(bytes, 0, bytes.length, ObjectNode.class)
                    .path("read")
                    .asText());
        } catch (IOException | DateTimeException e) {
            throw SignedLine.damaged(READ, e.getMessage(), e);
        }
    }

    private List<Filestore> stores() {
        return filestore.copies().isEmpty()
                ? List.of(filestore)
                : filestore.copies().stream().map(Copy::store).toList();
    }

    private byte[] line(ErasedKeys erased) {
        ObjectNode line = JsonNodeFactory.instance.objectNode();
        line.put("format", Manifest.FORMAT).put("site", site).put("repository", repository.toString());
        line.setAll(RepositoryJson.object(erased.form()));
        return RepositoryJson.line(line);
    }

    private void read(Filestore store, String key, ErasedKeys.Collected all) {
        Optional<byte[]> found = SmallObject.read(store, key, LONGEST);
        if (found.isEmpty()) {
            return;
        }
        byte[] bytes = found.get();
        SignedLine line = SignedLine.parse(key, bytes).verified(trusted);
        collect(line.what(), bytes, line.length(), all);
    }

    /** @param length of the line in these bytes */
    private void collect(String what, byte[] bytes, int length, ErasedKeys.Collected all) {
        try {
            ManifestCodec.requireFormat(what, RepositoryJson.format(bytes, 0, length));
            ObjectNode stored = RepositoryJson.read(bytes, 0, length, ObjectNode.class);
            ManifestCodec.requireSite(what, stored.path("site").asText(), site);
            ManifestCodec.requireRepository(what, stored.path("repository").asText(), repository);
            RepositoryJson.read(bytes, 0, length, ErasedKeys.Form.class).into(all);
        } catch (IOException | RuntimeException e) {
            throw e instanceof UnderstudyException known ? known : SignedLine.damaged(what, e.getMessage(), e);
        }
    }
}
