package io.understudy.primary.capture;

import io.understudy.files.AtomicFiles;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.Blobs;
import io.understudy.repository.blob.Naming;
import io.understudy.state.StateEntry;
import io.understudy.time.Ticker;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lists of blobs on the local disk. Each snapshot reads those of all long tables of the one before, and nearly all of
 * them are the same each time: without this a snapshot after one changed row would ask the filestore a question for
 * each such table. Content is checked by its hash when it is read; what is absent or damaged here is read from the
 * repository, and what was not read for a while is deleted. It is never needed: a full disk costs only time.
 *
 * <p>The list of tables is kept when it is written. A primary without an identity cannot read it in the repository, and
 * knows nothing of what changed without it. It holds names, numbers and hashes; no row and no key is kept here.
 * Thread-safe.
 */
public final class LocalLists {
    /** The longest blob of a list; what is longer is content, and stays where it is. */
    private static final int LONGEST = 256 << 10;

    static final Duration TRIMMED_EVERY = Duration.ofMinutes(10);
    private static final Logger LOG = LoggerFactory.getLogger(LocalLists.class);

    private final Path folder;
    private final Ticker ticker;
    /** By the names of files. */
    private final Set<String> used = ConcurrentHashMap.newKeySet();

    private long trimmedAt;

    /** @param state folder of durable state */
    public LocalLists(Path state, Ticker ticker) {
        this.folder = StateEntry.CAPTURE.in(state).resolve("lists");
        this.ticker = ticker;
        this.trimmedAt = ticker.nanos();
    }

    /** Blobs of a repository, those of lists by way of the local disk. */
    public BlobSource of(Blobs repository) {
        return of(repository, repository.naming());
    }

    /** @param naming by which the blobs have their names */
    BlobSource of(BlobSource repository, Naming naming) {
        return blob -> blob.bytes() > LONGEST ? repository.open(blob) : open(blob, repository, naming);
    }

    /** The same sink, of a list: what goes into it is kept here as well, and read here by the next snapshot. */
    BlobSink keeping(BlobSink list) {
        return list.around((sink, buffer, offset, length) -> {
            BlobRef blob = sink.put(buffer, offset, length);
            used.add(blob.id().hex());
            Path file = folder.resolve(blob.id().hex());
            if (length <= LONGEST) {
                byte[] content = Arrays.copyOfRange(buffer, offset, offset + length);
                if (!Arrays.equals(read(file), content)) {
                    keep(file, content);
                }
            }
            return blob;
        });
    }

    private InputStream open(BlobRef blob, BlobSource repository, Naming naming) {
        Path file = folder.resolve(blob.id().hex());
        used.add(blob.id().hex());
        byte[] here = read(file);
        if (isSound(here, blob, naming)) {
            return new ByteArrayInputStream(here);
        }
        byte[] content = fetched(blob, repository);
        keep(file, content);
        return new ByteArrayInputStream(content);
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            return new byte[0];
        }
    }

    private static boolean isSound(byte[] content, BlobRef blob, Naming naming) {
        return content.length == blob.bytes()
                && naming.of(content, 0, content.length).equals(blob.id());
    }

    /** To its end, so it is authentic. */
    private static byte[] fetched(BlobRef blob, BlobSource repository) {
        try (InputStream in = repository.open(blob)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Not forced: what a loss of power takes is found by its hash. */
    private void keep(Path file, byte[] content) {
        try {
            AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
            Path draft = folder.resolve(
                    file.getFileName() + "." + Thread.currentThread().getId());
            // What a killed process left there.
            Files.deleteIfExists(draft);
            try (OutputStream out = AtomicFiles.openPrivate(draft)) {
                out.write(content);
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            LOG.debug("a list is not kept on the local disk", e);
        }
    }

    /** Deletes now and then what was not read since the last time. To be called between two snapshots. */
    void trim() {
        if (ticker.since(trimmedAt).compareTo(TRIMMED_EVERY) < 0) {
            return;
        }
        trimmedAt = ticker.nanos();
        if (used.isEmpty() || !Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (!used.contains(file.getFileName().toString())) {
                    Files.deleteIfExists(file);
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("lists that are no longer needed stay on the local disk", e);
        }
        used.clear();
    }
}
