package io.understudy.repository;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.understudy.age.AgeIdentity;
import io.understudy.age.Recipient;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.blob.Sealing;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What a primary keeps of an encrypted repository's key: enough to write content and to know what snapshots need, and
 * nothing that opens content. Readable by the agents' user alone.
 */
public final class HeldKeys {
    private final StateFile<Held> file;

    /**
     * @param recipient public half of the repository's key
     * @param outline private half of the key of outlines
     * @param naming secret by which blobs are cut and named, in hexadecimal digits
     * @param older private halves of the keys of outlines before; null where there were none
     * @param moved true of a repository that was plain; else null
     */
    private record Held(
            UUID repository,
            int key,
            String recipient,
            String outline,
            String naming,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> older,
            @JsonInclude(JsonInclude.Include.NON_NULL) Boolean moved) {
        /** Says nothing of the secrets. */
        @Override
        public String toString() {
            return "key " + key + " of repository " + repository;
        }
    }

    /** @param state folder of durable state */
    public HeldKeys(Path state) {
        this.file = StateFile.in(state, StateEntry.REPOSITORY_KEY, Held.class);
    }

    /** Durable on return. */
    public void keep(UUID repository, RepositoryKey key) {
        keep(repository, List.of(key));
    }

    /** As {@link #keep(UUID, RepositoryKey)}. @param all at least one, the newest last */
    public void keep(UUID repository, List<RepositoryKey> all) {
        RepositoryKey key = all.get(all.size() - 1);
        file.write(new Held(
                repository,
                key.number(),
                key.identity().recipient().text(),
                key.outline().reveal(),
                HexFormat.of().formatHex(key.naming()),
                all.subList(0, all.size() - 1).stream()
                        .map(older -> older.outline().reveal())
                        .toList(),
                key.moved() ? true : null));
    }

    /** @throws UnderstudyException {@code IDENTITY_MISSING} when there is no key of this repository */
    Sealing require(UUID repository) {
        return find(repository)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.IDENTITY_MISSING,
                        "cannot use repository " + repository + ": the configuration has encryption, and this server"
                                + " has no key of it",
                        "set encryption.identity on a server that was a standby; a new repository is encrypted by"
                                + " agent-primary init --encrypt"));
    }

    /** As far as this server has them; empty where there is none of this repository. */
    public Optional<Sealing> find(UUID repository) {
        return file.read().filter(held -> held.repository().equals(repository)).map(HeldKeys::sealing);
    }

    private static Sealing sealing(Held held) {
        Sealing newest = Sealing.of(
                held.key(),
                HexFormat.of().parseHex(held.naming()),
                Recipient.parse(held.recipient()),
                AgeIdentity.parse(held.outline()),
                Optional.empty());
        Sealing all = newest.withOlder(Stream.ofNullable(held.older())
                .flatMap(List::stream)
                .map(AgeIdentity::parse)
                .toList());
        return held.moved() == null ? all : all.ofMoved();
    }
}
