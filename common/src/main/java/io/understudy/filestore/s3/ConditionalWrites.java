package io.understudy.filestore.s3;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Content;
import io.understudy.filestore.StoredBytes;
import io.understudy.filestore.s3.Uploads.Outcome;
import io.understudy.time.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * Writes that must not replace. Stores that do not know {@code If-None-Match: *} mostly ignore it, so it is tried, once
 * in the life of an instance, and where it did not work once an hour, on an object of its own that no key can denote:
 * where that exists, one request that must be refused; where not, two.
 *
 * <p>On a store without them: look, write, let racing writers write too, read back. The last of them wins, and all of
 * them see it; but one that looked before and wrote after the pause would win a second time.
 */
final class ConditionalWrites {
    private static final String PROBE = "~conditional-writes";
    private static final byte[] TEXT = "Understudy tries here whether this store honours conditional writes.\n"
            .getBytes(StandardCharsets.US_ASCII);
    private static final Duration SETTLE = Duration.ofSeconds(1);
    /** A gateway that is being upgraded says for a while that it does not know them. */
    private static final Duration AGAIN = Duration.ofHours(1);

    private final S3Filestore store;
    private final Uploads uploads;
    private final Ticker ticker;
    private Optional<Boolean> honoured = Optional.empty();
    private long probed;

    ConditionalWrites(S3Filestore store, Uploads uploads, Ticker ticker) {
        this.store = store;
        this.uploads = uploads;
        this.ticker = ticker;
    }

    /** @throws UnderstudyException when the store could not be asked, or does not let these credentials write */
    synchronized boolean honoured() {
        if (honoured.isEmpty() || !honoured.get() && ticker.since(probed).compareTo(AGAIN) >= 0) {
            honoured = Optional.of(probe());
            probed = ticker.nanos();
        }
        return honoured.get();
    }

    private boolean probe() {
        Outcome first = uploads.putIfAbsent(PROBE, TEXT);
        if (first == Outcome.UNSUPPORTED) {
            // Or something else of the request is not: then the same without a condition fails, and says what.
            uploads.put(PROBE, Content.of(TEXT));
        }
        return first == Outcome.TAKEN
                || (first == Outcome.WRITTEN && uploads.putIfAbsent(PROBE, TEXT) == Outcome.TAKEN);
    }

    boolean putIfAbsent(String key, byte[] content) {
        if (!honoured()) {
            return lookAndWrite(key, content);
        }
        return switch (uploads.putIfAbsent(key, content)) {
            case WRITTEN -> true;
            case TAKEN -> false;
            case UNSUPPORTED ->
                throw new UnderstudyException(
                        ErrorCode.FILESTORE_FAILED,
                        "cannot write " + key + " to " + store.name()
                                + ": the store no longer honours conditional writes",
                        "restart the agent: it tests at its start what the store can do");
        };
    }

    private boolean lookAndWrite(String key, byte[] content) {
        if (store.stat(key).isPresent()) {
            return false;
        }
        uploads.put(key, Content.of(content));
        ticker.pause(SETTLE, "write " + key + " to " + store.name());
        try {
            return StoredBytes.are(() -> store.open(key, 0), content);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
