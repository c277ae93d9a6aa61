package io.understudy.repository.key;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The public keys whose signatures count. Immutable. */
public final class TrustedKeys {
    private final List<VerifyingKey> keys;

    private TrustedKeys(List<VerifyingKey> keys) {
        this.keys = List.copyOf(keys);
    }

    /** @throws io.understudy.failure.UnderstudyException {@code KEY_MISSING}, {@code KEY_INVALID} */
    public static TrustedKeys load(List<Path> files) {
        return new TrustedKeys(files.stream().map(VerifyingKey::load).toList());
    }

    public static TrustedKeys of(VerifyingKey... keys) {
        return new TrustedKeys(Arrays.asList(keys));
    }

    /** These and one more, such as the server's own. */
    public TrustedKeys and(VerifyingKey key) {
        List<VerifyingKey> all = new ArrayList<>(keys);
        all.add(key);
        return new TrustedKeys(all);
    }

    Optional<VerifyingKey> find(String id) {
        return keys.stream().filter(key -> key.id().equals(id)).findFirst();
    }

    /** For messages: the ids of the keys, or {@code none}. */
    @Override
    public String toString() {
        return keys.isEmpty()
                ? "none"
                : keys.stream().map(VerifyingKey::id).distinct().collect(Collectors.joining(", "));
    }
}
