package io.understudy.replica.app;

import io.understudy.config.Settings.SigningSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.history.RevisionKeeper;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.Erasures;
import io.understudy.repository.Repository;
import io.understudy.repository.key.SigningKey;
import java.util.UUID;
import java.util.function.Supplier;

/** Says in the filestore, signed by this server, which rows were erased. */
final class ErasurePublisher implements RevisionKeeper.Publisher {
    private final Supplier<Repository> repository;
    private final SigningSettings signing;

    ErasurePublisher(Supplier<Repository> repository, SigningSettings signing) {
        this.repository = repository;
        this.signing = signing;
    }

    @Override
    public void publish(UUID server, ErasedKeys erased) {
        SigningKey key = SigningKey.load(signing.privateKey()
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.KEY_MISSING,
                        "signing.private_key is not configured",
                        "set it, and give its public key to the other servers as a trusted key, as for a promotion")));
        Erasures.of(repository.get()).publish(server, erased, key);
    }
}
