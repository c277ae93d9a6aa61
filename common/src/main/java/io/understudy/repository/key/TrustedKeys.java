package io.understudy.repository.key;

import io.understudy.files.Reloading;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public keys whose signatures count. Those of files are read again when a file changes, so that a key that is
 * exchanged needs no restart; while one can't be read, those that were read before count; one whose file was removed
 * counts no more. Thread-safe.
 */
public final class TrustedKeys {
    private static final Logger LOG = LoggerFactory.getLogger(TrustedKeys.class);

    private final Supplier<List<VerifyingKey>> keys;

    private TrustedKeys(Supplier<List<VerifyingKey>> keys) {
        this.keys = keys;
    }

    /** @throws io.understudy.failure.UnderstudyException {@code KEY_MISSING}, {@code KEY_INVALID} */
    public static TrustedKeys load(List<Path> files) {
        // All must be there at first; one whose file is gone later was taken away, and must not count on.
        files.forEach(VerifyingKey::load);
        return loadPresent(files);
    }

    /**
     * Those that are there; the others count as soon as they are, and are a warning until then.
     *
     * @throws io.understudy.failure.UnderstudyException {@code KEY_INVALID}
     */
    public static TrustedKeys loadPresent(List<Path> files) {
        return new TrustedKeys(Reloading.read(
                files,
                () -> files.stream()
                        .filter(TrustedKeys::exists)
                        .map(VerifyingKey::load)
                        .toList()));
    }

    private static boolean exists(Path file) {
        boolean exists = Files.exists(file);
        if (!exists) {
            LOG.warn("the trusted key {} is not there: its signatures are rejected", file);
        }
        return exists;
    }

    public static TrustedKeys of(VerifyingKey... keys) {
        List<VerifyingKey> fixed = List.of(keys);
        return new TrustedKeys(() -> fixed);
    }

    /** These and one more, such as the server's own. */
    public TrustedKeys and(VerifyingKey key) {
        return new TrustedKeys(
                () -> Stream.concat(keys.get().stream(), Stream.of(key)).toList());
    }

    Optional<VerifyingKey> find(String id) {
        return keys.get().stream().filter(key -> key.id().equals(id)).findFirst();
    }

    /** For messages: the ids of the keys, or {@code none}. */
    @Override
    public String toString() {
        List<VerifyingKey> now = keys.get();
        return now.isEmpty()
                ? "none"
                : now.stream().map(VerifyingKey::id).distinct().collect(Collectors.joining(", "));
    }
}
