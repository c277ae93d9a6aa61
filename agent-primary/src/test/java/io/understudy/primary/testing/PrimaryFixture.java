package io.understudy.primary.testing;

import io.understudy.config.Settings.TreeSettings;
import io.understudy.databases.SiteDatabase;
import io.understudy.events.Events;
import io.understudy.files.TreeKind;
import io.understudy.filestore.Filestore;
import io.understudy.primary.capture.ClosureSource;
import io.understudy.primary.capture.OrphanTaker;
import io.understudy.primary.capture.ProcessorShare;
import io.understudy.primary.capture.Quiesce;
import io.understudy.primary.capture.SnapshotSource;
import io.understudy.primary.capture.SnapshotTaker;
import io.understudy.primary.capture.database.SourceDatabase;
import io.understudy.primary.capture.tree.TreeCapture;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.site.Marker;
import io.understudy.site.MarkerContent;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.InMemoryFilestore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;

/** A primary on fakes: a database of one table, one real tree, a repository in memory of which it holds epoch 1. */
public final class PrimaryFixture {
    public static final String SITE = "example";

    public final FakeTicker time = new FakeTicker();
    public final InMemoryFilestore filestore = new InMemoryFilestore(time);
    public final FakeSourceDatabase database = new FakeSourceDatabase(time.clock());
    public final SigningKey key;
    public final Repository repository;
    public final EpochStore epochs;
    public final Marker marker;
    public final Path state;
    public final Path media;

    public PrimaryFixture(Path folder) {
        this(folder, (store, ticker) -> store);
    }

    /** @param around makes the repository's filestore of {@link #filestore} */
    public PrimaryFixture(Path folder, BiFunction<InMemoryFilestore, FakeTicker, Filestore> around) {
        try {
            this.state = folder.resolve("state");
            this.media = Files.createDirectory(folder.resolve("media"));
            this.key = FastSignatures.key(folder.resolve("signing.pem"));
            Files.writeString(media.resolve("a.txt"), "upload");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.repository = Repository.create(
                around.apply(filestore, time), UUID.randomUUID(), SITE, TrustedKeys.of(key.publicKey()), time.clock());
        this.epochs = new EpochStore(state);
        this.marker = new Marker(folder.resolve("BACKUP"));
        EpochClaim first = new EpochClaim(Optional.of(repository.id()), 1, "a", time.now(), "init", "nonce");
        repository.epochs().claim(first, key);
        epochs.hold(first);
    }

    public SnapshotTaker taker(Events events) {
        return taker(source(), events);
    }

    public SnapshotTaker taker(SnapshotSource from, Events events) {
        return new SnapshotTaker(state, marker, epochs, () -> repository, () -> key, from, events);
    }

    /** Saves what this server never shipped, once another one was promoted. */
    public OrphanTaker orphanTaker() {
        return orphanTaker(source());
    }

    /** The same of another source, as of what was kept. */
    public OrphanTaker orphanTaker(SnapshotSource from) {
        return new OrphanTaker(state, marker, epochs, () -> repository, () -> key, from, 2);
    }

    public SnapshotSource source() {
        return source(database, media);
    }

    /** @param place of the tree */
    public SnapshotSource source(SourceDatabase from, Path place) {
        return source(from, List.of(media(place)), Quiesce.NONE, List.of(), ClosureSource.NONE);
    }

    /** The tree of this place. */
    public static TreeSettings media(Path place) {
        return new TreeSettings("media", TreeKind.FILES, place, List.of());
    }

    /** With databases that are no PostgreSQL server's. */
    public SnapshotSource source(SourceDatabase from, Quiesce quiesce, SiteDatabase... others) {
        return source(from, List.of(media(media)), quiesce, List.of(others), ClosureSource.NONE);
    }

    public SnapshotSource source(
            SourceDatabase from,
            List<TreeSettings> trees,
            Quiesce quiesce,
            List<SiteDatabase> others,
            ClosureSource closure) {
        return new SnapshotSource(
                new SnapshotSource.Taker("a", "0.1.0"),
                from,
                new TreeCapture(state, time.clock()),
                trees,
                ProcessorShare.all(time),
                time.clock(),
                time,
                quiesce,
                others,
                closure);
    }

    public void enterBackupMode() {
        marker.write(new MarkerContent(SITE, "test", Optional.empty(), time.now()));
    }

    /** Another server is promoted. */
    public void promoteAnother(int epoch) {
        repository.epochs().claim(new EpochClaim(epoch, "b", time.now(), "promote", "theirs"), key);
    }
}
