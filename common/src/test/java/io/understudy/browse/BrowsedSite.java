package io.understudy.browse;

import io.understudy.cli.Terminal;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.TreeKind;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.JunkObject;
import io.understudy.repository.Manifest;
import io.understudy.repository.Manifests;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.setup.SnapshotName;
import io.understudy.testing.MemoryBlobs;
import io.understudy.testing.TreeSnapshots;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import picocli.CommandLine.Command;

/** Snapshots of folders in memory, and an agent's command line that reads them. */
public final class BrowsedSite implements SnapshotReader {
    private final Path folder;
    private final MemoryBlobs blobs = new MemoryBlobs();
    private final TreeMap<SnapshotId, Manifest> snapshots = new TreeMap<>();
    private final Set<SnapshotId> deleted = new HashSet<>();
    private final Set<SnapshotId> held = new HashSet<>();
    private final List<SnapshotId> openedUnheld = new ArrayList<>();
    private final List<Class<?>> commands;

    private ByteArrayOutputStream out = new ByteArrayOutputStream();
    private StringWriter err = new StringWriter();

    /** @param commands of both agents */
    public BrowsedSite(Path folder, List<Class<?>> commands) throws IOException {
        this.folder = folder;
        this.commands = commands;
        for (TreeKind kind : List.of(TreeKind.FILES, TreeKind.CONFIG, TreeKind.SECRETS)) {
            Files.createDirectories(tree(kind));
        }
        Files.writeString(folder.resolve("c.yaml"), """
                site: example
                state: %1$s/state
                marker: %1$s/BACKUP
                database: {url: "jdbc:postgresql://127.0.0.1:1/site", user: site}
                trees:
                  - {name: files, kind: files, path: %1$s/files}
                  - {name: config, kind: config, path: %1$s/config}
                  - {name: secrets, kind: secrets, path: %1$s/secrets}
                filestore: {url: "file://%1$s/store"}
                signing: {trusted_keys: []}
                replica: {name: standby}
                """.formatted(folder));
    }

    /** Lets this server take links that lead out of the tree {@code files}, and set-uid bits. */
    public void keepWhatIsRisky() throws IOException {
        Path config = folder.resolve("c.yaml");
        Files.writeString(config, Files.readString(config).replace("/files}", "/files, setuid: keep, links: any}"));
    }

    /** The folder of the tree that is called like its kind. */
    public Path tree(TreeKind kind) {
        return folder.resolve(kind.label());
    }

    public MemoryBlobs blobs() {
        return blobs;
    }

    /** The next snapshot, of what is in the folders now. */
    public SnapshotId take() throws IOException {
        List<TreeData> trees = new ArrayList<>();
        for (TreeKind kind : List.of(TreeKind.FILES, TreeKind.CONFIG, TreeKind.SECRETS)) {
            trees.add(TreeSnapshots.take(kind.label(), kind, tree(kind), blobs));
        }
        return take(trees);
    }

    public SnapshotId take(List<TreeData> trees) {
        SnapshotId id = new SnapshotId(1, snapshots.size() + 1);
        Manifest like = Manifests.sample(id);
        snapshots.put(
                id,
                new Manifest(
                        like.format(),
                        like.site(),
                        id,
                        like.periods(),
                        like.moment(),
                        like.walLsn(),
                        like.server(),
                        like.versions(),
                        like.databases(),
                        trees,
                        like.totals()));
        return id;
    }

    /** The next snapshot, of these databases and no file: a second after the one before it. */
    public SnapshotId takeDatabases(List<DatabaseData> databases) {
        SnapshotId id = take(List.of());
        Manifest like = snapshots.get(id);
        snapshots.put(
                id,
                new Manifest(
                        like.format(),
                        like.site(),
                        id,
                        like.periods(),
                        Instant.parse("2026-11-20T10:00:00Z").plusSeconds(id.sequence()),
                        like.walLsn(),
                        like.server(),
                        like.versions(),
                        databases,
                        like.trees(),
                        like.totals()));
        return id;
    }

    @Override
    public SnapshotName.Found find(SnapshotName name, Consumer<JunkObject> junk) {
        return new SnapshotName.Found(name.id().orElseGet(snapshots::lastKey), Optional.empty());
    }

    @Override
    public List<SnapshotId> list() {
        return List.copyOf(snapshots.keySet());
    }

    /** One whose manifest is null cannot be read. */
    @Override
    public Opened open(SnapshotId snapshot) {
        if (!held.contains(snapshot)) {
            openedUnheld.add(snapshot);
        }
        if (deleted.contains(snapshot)) {
            throw new UnderstudyException(ErrorCode.SNAPSHOT_UNKNOWN, "cannot find " + snapshot, "see the list");
        }
        Manifest manifest = snapshots.get(snapshot);
        if (manifest == null) {
            throw new UnderstudyException(ErrorCode.SIGNATURE_INVALID, "cannot use " + snapshot, "find out why");
        }
        return new Opened(manifest, blob -> {
            if (!held.contains(snapshot)) {
                openedUnheld.add(snapshot);
            }
            return blobs.open(blob);
        });
    }

    /** It stays in the listing, as where it is deleted right after that. */
    public void delete(SnapshotId snapshot) {
        deleted.add(snapshot);
    }

    /** As retention does, which then may delete what it names. */
    public void prune(SnapshotId snapshot) {
        snapshots.remove(snapshot);
    }

    /** Those that were opened while no command held them. */
    public List<SnapshotId> openedUnheld() {
        return List.copyOf(openedUnheld);
    }

    @Override
    public <T> T held(List<SnapshotId> these, Consumer<String> remarks, Supplier<T> work) {
        held.addAll(these);
        try {
            return work.get();
        } finally {
            held.removeAll(these);
        }
    }

    public void spoil(SnapshotId snapshot) {
        snapshots.put(snapshot, null);
    }

    /** Runs a command. @return the exit code */
    public int run(String... arguments) {
        out = new ByteArrayOutputStream();
        return runTo(out, arguments);
    }

    /** Runs a command whose results go there. */
    public int runTo(OutputStream bytes, String... arguments) {
        err = new StringWriter();
        Terminal terminal = new Terminal(
                new BufferedReader(new StringReader("")),
                new PrintWriter(bytes, true, StandardCharsets.UTF_8),
                new PrintWriter(err, true),
                bytes,
                false,
                false);
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("-c", folder.resolve("c.yaml").toString()));
        return new Program(terminal).execute(all.toArray(String[]::new));
    }

    public String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    public byte[] bytes() {
        return out.toByteArray();
    }

    public String err() {
        return err.toString();
    }

    @Command(name = "agent-test")
    private final class Program extends SnapshotProgram {
        Program(Terminal terminal) {
            super(terminal);
        }

        @Override
        protected List<Class<?>> commands() {
            return commands;
        }

        @Override
        public <T> T reading(Settings settings, Function<SnapshotReader, T> work) {
            return work.apply(BrowsedSite.this);
        }
    }
}
