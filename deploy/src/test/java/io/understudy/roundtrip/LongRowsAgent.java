package io.understudy.roundtrip;

import io.understudy.config.Secret;
import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.config.Settings.Ownership;
import io.understudy.filestore.directory.DirectoryFilestore;
import io.understudy.progress.Progress;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.RepositoryCopy;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.Transfer;
import io.understudy.repository.blob.BlobSession;
import io.understudy.repository.blob.KnownBlobs;
import io.understudy.repository.key.SigningKey;
import io.understudy.repository.key.TrustedKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * A process that takes a snapshot, fetches it into a mirror and loads it, each with the heap that it was started with:
 * {@code snapshot|fetch|load FOLDER HOST PORT PASSWORD DATABASE CONNECTIONS}. Prints its largest resident memory, in
 * MiB.
 */
final class LongRowsAgent {
    private static final SnapshotId SNAPSHOT = new SnapshotId(1, 1);

    private LongRowsAgent() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[1]);
        DatabaseSettings settings = new DatabaseSettings(
                arguments[2],
                Integer.parseInt(arguments[3]),
                arguments[5],
                Map.of(),
                "postgres",
                Secret.of(arguments[4]),
                "postgres",
                Optional.empty(),
                Integer.parseInt(arguments[6]),
                Ownership.PRESERVE,
                Duration.ofSeconds(10));
        switch (arguments[0]) {
            case "snapshot" -> snapshot(folder, settings);
            case "fetch" ->
                new Transfer(settings.connections())
                        .copy(store(folder), mirror(folder), SNAPSHOT, bytes -> {}, Progress.none());
            default ->
                Copies.loader(settings, folder.resolve("state"))
                        .load(mirror(folder).read(SNAPSHOT), mirror(folder).blobs(), Progress.none());
        }
        System.out.println(Files.readString(Path.of("/proc/self/status"))
                .lines()
                .filter(line -> line.startsWith("VmHWM"))
                .map(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
                .findFirst()
                .orElseThrow());
    }

    private static void snapshot(Path folder, DatabaseSettings settings) throws IOException {
        SigningKey key = SigningKey.generate(folder.resolve("key.pem"));
        Repository created = Repository.create(
                new DirectoryFilestore(Files.createDirectory(folder.resolve("store"))),
                UUID.randomUUID(),
                "site",
                TrustedKeys.of(key.publicKey()),
                Clock.systemUTC());
        try (BlobSession session = created.blobs().session(KnownBlobs.none())) {
            Manifest manifest = Copies.capture(settings, folder.resolve("state"), session, 1);
            created.commit(manifest, key);
        }
    }

    private static Repository store(Path folder) {
        return Repository.open(
                new DirectoryFilestore(folder.resolve("store")),
                "site",
                TrustedKeys.load(List.of(SigningKey.publicPath(folder.resolve("key.pem")))));
    }

    private static Repository mirror(Path folder) throws IOException {
        return RepositoryCopy.open(
                new DirectoryFilestore(Files.createDirectories(folder.resolve("mirror"))), store(folder));
    }
}
