package io.understudy.replica.app;

import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.failure.UnderstudyException;
import io.understudy.repository.Repository;
import io.understudy.repository.StoreState;
import io.understudy.repository.StoreSync;
import io.understudy.tasks.BoundedCall;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Each of several filestores, as it is now; one that does not answer soon counts as away. */
final class StoreLook implements Supplier<List<StoreState>> {
    private static final Logger LOG = LoggerFactory.getLogger(StoreLook.class);
    private static final Duration BOUND = Duration.ofSeconds(4);

    private final FilestoreSettings settings;
    private final Supplier<Repository> repository;
    private final BoundedCall calls;

    StoreLook(FilestoreSettings settings, Supplier<Repository> repository, BoundedCall calls) {
        this.settings = settings;
        this.repository = repository;
        this.calls = calls;
    }

    /** Empty where there is one filestore, or none of them shows a repository. */
    @Override
    public List<StoreState> get() {
        if (settings.several().isEmpty()) {
            return List.of();
        }
        try {
            return StoreSync.look(
                    repository.get(), question -> () -> calls.within(BOUND, "look at a filestore", question));
        } catch (UnderstudyException e) {
            LOG.debug("the filestores are not looked at one by one", e);
            return List.of();
        }
    }
}
