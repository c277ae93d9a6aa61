package io.understudy.replica.prepare;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.OtherDatabase;
import io.understudy.config.Settings;
import io.understudy.postgres.DatabaseIdentity;
import io.understudy.replica.fakes.FakeDatabases;
import io.understudy.replica.kept.KeptCopies;
import io.understudy.replica.kept.KeptCopies.Found;
import io.understudy.replica.prepare.Rejoin.Orphans;
import io.understudy.replica.prepare.Rejoin.Request;
import io.understudy.replica.prepare.Rejoin.Result;
import io.understudy.replica.prepare.Rejoin.Saved;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.SnapshotId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;

/** An old primary whose marker is there before it was asked what it never shipped. */
abstract class OverwrittenPrimary extends StandbyInPreparation {
    static final Request ASKED = new Request(true, false, Set.of());
    static final SnapshotId ORPHAN = new SnapshotId(1, 2);
    static final SnapshotId SHIPPED = new SnapshotId(1, 1);
    static final SnapshotId FIRST = new SnapshotId(2, 3);

    final List<Found> saved = new ArrayList<>();
    /** What the kept tree of each had, by path. */
    final List<Map<String, String>> files = new ArrayList<>();

    final List<Boolean> live = new ArrayList<>();
    Optional<RuntimeException> refusal = Optional.empty();
    Runnable whileSaving = () -> {};
    /** How many are refused. */
    int refusals = Integer.MAX_VALUE;

    Path media;
    Path kept;
    DatabaseIdentity before;

    private final Orphans orphans = new Orphans() {
        @Override
        public Saved save(Set<String> acceptEmpty, boolean beforeImport, Optional<Unclaimed> unclaimed) {
            live.add(beforeImport);
            return new Saved(Optional.of(new SnapshotId(1, 9)), false, Optional.of(SHIPPED));
        }

        @Override
        public Saved saveKept(Set<String> acceptEmpty, Found found) {
            refusal.filter(failure -> refusals-- > 0).ifPresent(failure -> {
                throw failure;
            });
            whileSaving.run();
            saved.add(found);
            files.add(Optional.ofNullable(found.trees().get("media"))
                    .map(OverwrittenPrimary::read)
                    .orElse(Map.of()));
            return new Saved(Optional.of(ORPHAN), saved.size() > 1, Optional.of(SHIPPED));
        }
    };

    @BeforeEach
    final void isOverAndMarked() throws IOException {
        world.databases.create(FakeDatabases.LIVE);
        before = live();
        epochs.hold(new EpochClaim(Optional.of(repository.id()), 1, "primary", NOW, "init", "nonce"));
        repository.epochs().claim(new EpochClaim(2, "other", NOW, "promoted", "another"), key);
        world.marker.putByHand(Optional.empty());
        media = Files.createDirectory(folder.resolve("media"));
        Files.writeString(media.resolve("a.txt"), "never shipped");
        kept = media.resolve(".understudy/kept/1");
    }

    DatabaseIdentity live() {
        return world.databases.find(FakeDatabases.LIVE).orElseThrow();
    }

    KeptCopies copies() {
        return copies(settings());
    }

    void imported(int sequence) {
        copies().before(new SnapshotId(2, sequence));
        world.source.commit(2, sequence);
        world.sync();
    }

    /** With one that is no PostgreSQL server's, too. */
    Settings withAnotherDatabase() {
        Settings base = settings();
        return new Settings(
                base.site(),
                base.state(),
                base.marker(),
                base.database(),
                List.of(new OtherDatabase(
                        "shop",
                        List.of(),
                        Duration.ofMinutes(10),
                        new OtherDatabase.Sqlite(folder.resolve("shop.db"), Optional.empty()))),
                base.trees(),
                base.filestore(),
                base.signing(),
                base.primary(),
                base.retention(),
                base.replica(),
                base.service(),
                base.history(),
                base.closure(),
                base.failover(),
                base.notification(),
                base.tls(),
                base.encryption());
    }

    Result rejoin(Request request) {
        return new Rejoin(
                        settings(),
                        preparation(settings()),
                        world.marker,
                        world.store,
                        epochs,
                        () -> repository,
                        world.databases,
                        world.site,
                        new KeptReturn(copies(), orphans),
                        world.time)
                .run(request);
    }

    private static Map<String, String> read(Path folder) {
        Map<String, String> all = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path each : files.toList()) {
                all.put(each.getFileName().toString(), Files.readString(each));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThat(all).isNotEmpty();
        return all;
    }
}
