package io.understudy.replica.drill;

import io.understudy.browse.SnapshotFiles;
import io.understudy.browse.SnapshotReader;
import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.config.DrillSettings;
import io.understudy.config.Settings;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.config.TreeSource;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.DiskSpace;
import io.understudy.files.DiskSpace.Need;
import io.understudy.files.FileFailure;
import io.understudy.files.FolderDeletion;
import io.understudy.files.TreeKind;
import io.understudy.replica.rewrite.Rewrites;
import io.understudy.replica.rewrite.TreeRewrite;
import io.understudy.repository.Manifest;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.restore.TreeCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The copies of a real server: trees from its mirror, the database by {@link DatabaseCopy}. */
final class ServerCopies implements DrillCopies {
    /** Each file fills its last block, and has an inode. */
    private static final long BLOCK = 4096;

    private final Settings settings;
    private final DrillSettings drill;
    private final SnapshotReader reader;
    private final Optional<DatabaseCopy> database;
    private final DiskSpace space;

    /** @param database empty of a site without PostgreSQL */
    ServerCopies(
            Settings settings,
            DrillSettings drill,
            SnapshotReader reader,
            Optional<DatabaseCopy> database,
            DiskSpace space) {
        this.settings = settings;
        this.drill = drill;
        this.reader = reader;
        this.database = database;
        this.space = space;
    }

    @Override
    public void require(Newest newest) {
        Opened opened = reader.open(newest.snapshot());
        Manifest manifest = opened.manifest();
        List<Need> needs = new ArrayList<>();
        long files = 0;
        for (TreeData tree : manifest.trees()) {
            if (reason(tree).isEmpty()) {
                files += tree.bytes() + tree.entries() * BLOCK;
            }
        }
        needs.add(new Need(drill.folder().filter(Files::isDirectory).orElse(settings.state()), files));
        database.ifPresent(it -> {
            it.requireFree();
            it.need(manifest).ifPresent(needs::add);
        });
        space.require("cannot rehearse", needs);
    }

    @Override
    public String copyDatabase(Newest newest) {
        return database.map(it -> it.copy(newest, reader.open(newest.snapshot())))
                .orElse("none");
    }

    @Override
    public CopiedTrees copyTrees(SnapshotId snapshot, Path folder) {
        Opened opened = reader.open(snapshot);
        SnapshotFiles files = new SnapshotFiles(opened);
        make(folder);
        long bytes = 0;
        List<String> leftOut = new ArrayList<>();
        for (TreeData tree : files.trees()) {
            Optional<String> reason = reason(tree);
            if (reason.isPresent()) {
                leftOut.add("tree " + tree.name() + ": " + reason.get());
            } else {
                bytes += copy(tree, named(tree.name()).orElseThrow(), files, opened.blobs(), folder);
            }
        }
        leftOut.addAll(uncopied(settings));
        return new CopiedTrees(bytes, leftOut);
    }

    /** The databases that the copy shares with the live site, unless its configuration names others. For people. */
    static List<String> uncopied(Settings settings) {
        return settings.databases().stream()
                .map(each -> "database " + each.name() + ": no copy is made of what is not PostgreSQL's, so the site's"
                        + " copy uses the LIVE one, unless drill.rewrite or drill.start gives it another")
                .toList();
    }

    /** A user of the site passes through to its trees, and sees no names. */
    private void make(Path folder) {
        AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
        if (drill.folder().isPresent()) {
            try {
                Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
            } catch (IOException e) {
                throw FileFailure.of("open", folder, e);
            }
        }
    }

    /** By the rules of this standby, then by those of the drill. */
    private long copy(TreeData tree, TreeSettings here, SnapshotFiles files, BlobSource blobs, Path folder) {
        TreeRewrite own = Rewrites.of(settings.replica().changes()).of(here);
        TreeRewrite rehearsed = Rewrites.of(drill.rewrite()).of(here);
        try (Stream<IndexEntry> entries = files.entries(tree)) {
            BlobSource over = own.over(blobs);
            Iterator<IndexEntry> first = own.apply(entries.iterator(), blobs);
            Iterator<IndexEntry> wanted = rehearsed.apply(first, over);
            return TreeCopy.write(tree, here, folder.resolve(tree.name()), wanted, rehearsed.over(over));
        }
    }

    private Optional<TreeSettings> named(String name) {
        return settings.trees().stream()
                .filter(each -> each.name().equals(name))
                .findFirst();
    }

    /** Why a tree is not copied. */
    private Optional<String> reason(TreeData tree) {
        Optional<TreeSettings> here = named(tree.name());
        if (here.isEmpty()) {
            return Optional.of("this server does not have it");
        }
        if (drill.leaveOut().contains(tree.name())) {
            return Optional.of("drill.leave_out");
        }
        if (!here.get().applied()) {
            return Optional.of("no import changes it here (apply: never)");
        }
        if (tree.kind() == TreeKind.BUCKET || tree.kind() == TreeKind.INVENTORY) {
            return Optional.of("it is in a bucket");
        }
        boolean differences =
                here.get().source().stream().anyMatch(each -> each instanceof TreeSource.Git git && git.differences());
        return differences ? Optional.of("the snapshot holds its differences alone") : Optional.empty();
    }

    @Override
    public void clear(Path folder) {
        List<UnderstudyException> failed = new ArrayList<>();
        try {
            FolderDeletion.delete(folder);
        } catch (UnderstudyException e) {
            failed.add(e);
        }
        database.ifPresent(DatabaseCopy::drop);
        if (!failed.isEmpty()) {
            throw failed.get(0);
        }
    }
}
