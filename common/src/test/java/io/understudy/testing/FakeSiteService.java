package io.understudy.testing;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.site.SiteService;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** A site that runs, stops and is healthy as a test says. */
public final class FakeSiteService implements SiteService {
    private final List<String> calls = new ArrayList<>();
    private BooleanSupplier health = () -> true;
    private Optional<ErrorCode> failure = Optional.empty();
    private boolean running = true;
    private Runnable onRestart = () -> {};

    /** Whether the site is healthy, asked at each proof; it must also run. */
    public synchronized void health(BooleanSupplier health) {
        this.health = health;
    }

    /** From now on stop and restart fail so; empty: they succeed. */
    public synchronized void failWith(Optional<ErrorCode> failure) {
        this.failure = failure;
    }

    /** Called within each restart, before it succeeds or fails. */
    public synchronized void onRestart(Runnable action) {
        onRestart = action;
    }

    public synchronized boolean running() {
        return running;
    }

    /** {@code stop}, {@code restart} and {@code prove} so far, in order. */
    public synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    @Override
    public synchronized void stop() {
        calls.add("stop");
        failIfTold("stop");
        running = false;
    }

    @Override
    public synchronized void restart() {
        calls.add("restart");
        onRestart.run();
        failIfTold("restart");
        running = true;
    }

    @Override
    public synchronized void prove() {
        calls.add("prove");
        if (!healthy()) {
            throw new UnderstudyException(
                    ErrorCode.SITE_UNHEALTHY,
                    "site not healthy within 1 s; last result: the test set it so",
                    "this is a test");
        }
    }

    @Override
    public synchronized boolean healthy() {
        return running && health.getAsBoolean();
    }

    private void failIfTold(String action) {
        failure.ifPresent(code -> {
            throw new UnderstudyException(
                    code, "cannot " + action + " the site: the test made it fail", "this is a test");
        });
    }
}
