package io.understudy.primary.retention;

import io.understudy.config.Settings.RetentionSettings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.events.Events;
import io.understudy.files.Attributes;
import io.understudy.files.ContentHash;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.filestore.Filestore;
import io.understudy.primary.capture.ProcessorShare;
import io.understudy.primary.capture.SnapshotRequest;
import io.understudy.primary.capture.SnapshotSource;
import io.understudy.primary.capture.SnapshotTaker;
import io.understudy.primary.capture.tree.SourceTrees;
import io.understudy.primary.testing.FakeSourceDatabase;
import io.understudy.progress.Progress;
import io.understudy.repository.EpochClaim;
import io.understudy.repository.EpochStore;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSink;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.blob.StreamWriter;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.site.Marker;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.FastSignatures;
import io.understudy.testing.TreeSnapshots;
import io.understudy.time.Ticker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;

/**
 * One server on fakes that takes snapshots and prunes. Its site is some words, each a row and a file, and so each file
 * a blob.
 */
final class Server {
    static final String SITE = "example";
    static final SigningKey KEY = FastSignatures.key();

    private static final Attributes PLAIN = new Attributes(0644, Instant.EPOCH, "www-data", "www-data");

    final String name;
    final Path state;
    final Marker marker;
    final EpochStore epochs;
    final FakeSourceDatabase database;

    private final FakeTicker time;
    private final Ticker ticker;
    private final Filestore filestore;
    private List<String> words = List.of("first");
    List<String> replicas = List.of();

    /** @param ticker shows {@code time}; what its sleeps do is the test's affair */
    Server(String name, Path folder, Filestore filestore, FakeTicker time, Ticker ticker) {
        this.name = name;
        this.state = folder.resolve(name);
        this.marker = new Marker(folder.resolve(name + ".BACKUP"));
        this.epochs = new EpochStore(state);
        this.database = new FakeSourceDatabase(time.clock());
        this.time = time;
        this.ticker = ticker;
        this.filestore = filestore;
    }

    static Repository create(Filestore filestore, FakeTicker time) {
        return Repository.create(filestore, new UUID(7, 7), SITE, TrustedKeys.of(KEY.publicKey()), time.clock());
    }

    /** Opened again, as each agent does for itself. */
    Repository repository() {
        return Repository.open(filestore, SITE, TrustedKeys.of(KEY.publicKey()), time.clock());
    }

    void claim(int epoch) {
        Repository repository = repository();
        EpochClaim claim = new EpochClaim(Optional.of(repository.id()), epoch, name, time.now(), "test", name);
        repository.epochs().claim(claim, KEY);
        if (!epochs.held().equals(Optional.of(claim))) {
            epochs.hold(claim);
        }
    }

    void words(String... words) {
        this.words = List.copyOf(new TreeSet<>(List.of(words)));
        database.rows(words);
    }

    SnapshotId take(String... periods) {
        TreeSettings media = new TreeSettings("media", TreeKind.FILES, Path.of("/srv/media"), List.of());
        SnapshotSource source = new SnapshotSource(
                name,
                "0.1.0",
                database,
                (tree, sink, base, blobs, progress) -> tree(sink),
                List.of(media),
                ProcessorShare.all(ticker),
                time.clock(),
                ticker);
        return new SnapshotTaker(state, marker, epochs, this::repository, () -> KEY, source, Events.none())
                .take(SnapshotRequest.of(List.of(periods)), Progress.none())
                .manifest()
                .snapshot();
    }

    Pruning.Host host() {
        return new Pruning.Host(
                name, state, marker, epochs, this::repository, time.clock(), ZoneOffset.UTC, replicas, ticker);
    }

    Pruning pruning(RetentionSettings settings, Events events) {
        return pruning(RetentionRules.same(settings), events);
    }

    Pruning pruning(RetentionRules rules, Events events) {
        return new Pruning(host(), rules, events);
    }

    Pruned prune(RetentionSettings settings) {
        return pruning(settings, Events.none()).prune(Progress.none()).get(0);
    }

    private SourceTrees.Captured tree(BlobSink sink) {
        List<IndexEntry> entries = new ArrayList<>();
        entries.add(IndexEntry.of(new TreeEntry.Folder(SafePath.ROOT, PLAIN.withMode(0755))));
        for (String word : words) {
            byte[] content = word.getBytes(StandardCharsets.UTF_8);
            StreamWriter stream = StreamWriter.plain(sink);
            stream.write(content, 0, content.length);
            TreeEntry.File file = new TreeEntry.File(
                    SafePath.of(word), PLAIN, content.length, ContentHash.ofContent(content, 0, content.length));
            entries.add(IndexEntry.of(file, new FileContent.Streamed(stream.finish())));
        }
        TreeData tree = TreeSnapshots.index("media", TreeKind.FILES, entries, sink);
        return new SourceTrees.Captured(tree, Optional.of(KnownBlobs.none()));
    }
}
