package io.understudy.repository;

import io.understudy.age.AgeIdentity;
import io.understudy.age.Recipient;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.blob.Sealing;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

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
     */
    private record Held(UUID repository, int key, String recipient, String outline, String naming) {
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
        file.write(new Held(
                repository,
                key.number(),
                key.identity().recipient().text(),
                key.outline().reveal(),
                HexFormat.of().formatHex(key.naming())));
    }

    /** @throws UnderstudyException {@code IDENTITY_MISSING} when there is no key of this repository */
    Sealing require(UUID repository) {
        return file.read()
                .filter(held -> held.repository().equals(repository))
                .map(held -> Sealing.of(
                        held.key(),
                        HexFormat.of().parseHex(held.naming()),
                        Recipient.parse(held.recipient()),
                        AgeIdentity.parse(held.outline()),
                        Optional.empty()))
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.IDENTITY_MISSING,
                        "cannot use repository " + repository + ": the configuration has encryption, and this server"
                                + " has no key of it",
                        "set encryption.identity on a server that was a standby; a new repository is encrypted by"
                                + " agent-primary init --encrypt"));
    }
}
