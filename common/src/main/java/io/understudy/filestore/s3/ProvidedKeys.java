package io.understudy.filestore.s3;

import io.minio.credentials.Credentials;
import io.understudy.failure.UnderstudyException;
import io.understudy.time.Moments;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys that something else hands out, some for a limited time. They are renewed before they expire, and when the store
 * refuses them. Where that fails they are used as long as they are valid.
 */
final class ProvidedKeys implements S3Keys {
    /** Providers have new ones this long before the old expire: EC2 says five minutes at the least. */
    private static final Duration EARLY = Duration.ofMinutes(5);

    private static final Duration PAUSE = Duration.ofSeconds(30);
    private static final Logger LOG = LoggerFactory.getLogger(ProvidedKeys.class);

    private final String source;
    private final Supplier<Credentials> provider;
    private final Clock clock;
    private Optional<Credentials> current = Optional.empty();
    private Instant next = Instant.MIN;

    /** @param provider asks without a cache; throws UnderstudyException */
    ProvidedKeys(String source, Supplier<Credentials> provider, Clock clock) {
        this.source = source;
        this.provider = provider;
        this.clock = clock;
    }

    @Override
    public synchronized Credentials fetch() {
        Instant now = clock.instant();
        if (current.isEmpty()) {
            return load(now);
        }
        Optional<Instant> end = end(current.get());
        boolean due = end.filter(at -> !now.isBefore(at.minus(EARLY))).isPresent() && !now.isBefore(next);
        if (due) {
            renew(now, end.get());
        }
        return current.get();
    }

    private void renew(Instant now, Instant end) {
        try {
            load(now);
        } catch (UnderstudyException e) {
            if (!now.isBefore(end)) {
                throw e;
            }
            next = now.plus(PAUSE);
            LOG.warn("{}; the old keys are valid until {}; hint: {}", e.getMessage(), Moments.text(end), e.hint());
        }
    }

    private Credentials load(Instant now) {
        Credentials loaded = provider.get();
        current = Optional.of(loaded);
        next = now.plus(PAUSE);
        return loaded;
    }

    private static Optional<Instant> end(Credentials keys) {
        return Optional.ofNullable(keys.expiration()).map(ZonedDateTime::toInstant);
    }

    @Override
    public synchronized boolean differFrom(Credentials refused) {
        if (current.isPresent() && same(current.get(), refused)) {
            try {
                load(clock.instant());
            } catch (UnderstudyException e) {
                LOG.warn("{}; the keys before were refused; hint: {}", e.getMessage(), e.hint());
            }
        }
        return current.isPresent() && !same(current.get(), refused);
    }

    private static boolean same(Credentials one, Credentials other) {
        return one.accessKey().equals(other.accessKey())
                && one.secretKey().equals(other.secretKey())
                && Objects.equals(one.sessionToken(), other.sessionToken());
    }

    @Override
    public synchronized String source() {
        return source
                + current.flatMap(ProvidedKeys::end)
                        .map(end -> ", valid until " + Moments.text(end))
                        .orElse("");
    }
}
