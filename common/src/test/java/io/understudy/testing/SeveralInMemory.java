package io.understudy.testing;

import io.understudy.config.S3Options;
import io.understudy.config.Settings.CommitRule;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.NamedFilestore;
import io.understudy.config.Settings.RateLimits;
import io.understudy.config.SshOptions;
import io.understudy.failure.ErrorCode;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.several.SeveralFilestores;
import io.understudy.filestore.several.SeveralFilestores.Opened;
import io.understudy.testing.Faults.Fail;
import io.understudy.time.Ticker;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Several filestores in memory as one, called main, second, third. */
public final class SeveralInMemory {
    private static final List<String> NAMES = List.of("main", "second", "third");

    private SeveralInMemory() {}

    public static SeveralFilestores of(CommitRule rule, Ticker ticker, Duration holdUp, Filestore... stores) {
        List<Opened> opened = new ArrayList<>();
        for (Filestore store : stores) {
            FilestoreSettings place = new FilestoreSettings(
                    URI.create("file:///" + NAMES.get(opened.size())),
                    Duration.ofSeconds(5),
                    RateLimits.NONE,
                    S3Options.NONE,
                    SshOptions.NONE);
            opened.add(new Opened(new NamedFilestore(NAMES.get(opened.size()), holdUp, place), store));
        }
        return SeveralFilestores.of(opened, rule, ticker);
    }

    public static SeveralFilestores of(CommitRule rule, Ticker ticker, Filestore... stores) {
        return of(rule, ticker, Duration.ofMinutes(1), stores);
    }

    /** From now on it does not answer. */
    public static void takeAway(InMemoryFilestore store) {
        store.inject(Faults.always(new Fail(ErrorCode.FILESTORE_UNREACHABLE)));
    }

    public static void bringBack(InMemoryFilestore store) {
        store.inject(Faults.none());
    }
}
