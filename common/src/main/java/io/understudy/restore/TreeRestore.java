package io.understudy.restore;

import io.understudy.browse.WholeBlobs;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.files.FileStat;
import io.understudy.files.LinkTarget;
import io.understudy.files.OwnUser;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeRoot;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.FileInput;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.RiskyEntries;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Writes the entries of one tree into a folder. While it runs, folders are this user's alone, so that no one exchanges
 * one of them for a link; their attributes come last, the innermost first. What an earlier attempt wrote is compared
 * with its hash and stays. Holds the folders, and of small files so many at a time as to read each pack of theirs once.
 * Not thread-safe.
 */
final class TreeRestore {
    /** Small files that wait for their packs. */
    private static final int WAITING = 20_000;

    private final Path folder;
    private final TreePolicy policy;
    private final WholeBlobs blobs;
    private final AttributeWriter attributes;
    private final LongConsumer progress;
    private final RiskyEntries risky;
    private final List<TreeEntry.Folder> folders = new ArrayList<>();
    private final Map<BlobRef, List<IndexEntry>> packed = new LinkedHashMap<>();
    private TreeRoot root;
    private int waiting;
    private BlobRef held;
    private byte[] heldContent;
    private long entries;
    private long bytes;
    private long written;

    /**
     * @param folder of the tree; its parent exists
     * @param progress receives the size of every file that is there
     */
    TreeRestore(Path folder, TreePolicy policy, WholeBlobs blobs, AttributeWriter attributes, LongConsumer progress) {
        this.folder = folder;
        this.policy = policy;
        this.blobs = blobs;
        this.attributes = attributes;
        this.progress = progress;
        this.risky = new RiskyEntries(folder);
    }

    /** What of its entries comes otherwise than it was. */
    RiskyEntries risky() {
        return risky;
    }

    long linksLeftOut() {
        return policy.anyLinks() ? 0 : risky.outward();
    }

    long setIdRemoved() {
        return policy.keepsSetId() ? 0 : risky.setId();
    }

    /** How many files, folders and links are there. */
    long entries() {
        return entries;
    }

    /** Of all files that are there. */
    long bytes() {
        return bytes;
    }

    /** Of the files that were not there before. */
    long written() {
        return written;
    }

    /**
     * @param chosen in the order of the index, each folder before what it holds
     * @throws UnderstudyException {@code BLOB_*}, {@code DISK_FULL}, {@code FILE_*}
     */
    void restore(Iterator<IndexEntry> chosen) {
        try (DraftFiles files = new DraftFiles(attributes)) {
            while (chosen.hasNext()) {
                restore(chosen.next(), files);
            }
            unpack(files);
            files.force();
            RestorePoint.FILES_NAMED.reached();
            for (int i = folders.size() - 1; i >= 0; i--) {
                finish(folders.get(i));
            }
        } catch (IOException e) {
            throw FileFailure.of("write", folder, e);
        }
    }

    private void restore(IndexEntry line, DraftFiles files) {
        TreeEntry plain = line.entry();
        risky.add(plain);
        if (policy.leavesOut(plain, folder)) {
            return;
        }
        IndexEntry guarded = policy.guarded(line);
        Path target = plain.path().isRoot() ? folder : root.resolve(plain.path());
        try {
            if (guarded.entry() instanceof TreeEntry.Folder wanted) {
                make(target);
                root = wanted.path().isRoot() ? TreeRoot.of(folder) : root;
                folders.add(wanted);
            } else if (guarded.entry() instanceof TreeEntry.Link link) {
                link(target, link, files);
            } else {
                file(target, guarded, files);
            }
            entries += plain.path().isRoot() ? 0 : 1;
        } catch (IOException e) {
            throw FileFailure.of("write", target, e);
        }
    }

    /** One that is there is of an earlier attempt, which may have given it away already. */
    private static void make(Path target) throws IOException {
        try {
            Files.createDirectory(target, PosixFilePermissions.asFileAttribute(AtomicFiles.PRIVATE_FOLDER));
        } catch (FileAlreadyExistsException e) {
            FileStat there = FileStat.of(target);
            if (there.type() != FileStat.Type.FOLDER) {
                throw e;
            }
            int own = OwnUser.get().number();
            if (there.uid() != own) {
                Files.setAttribute(target, "unix:uid", own, LinkOption.NOFOLLOW_LINKS);
            }
            Files.setPosixFilePermissions(target, AtomicFiles.PRIVATE_FOLDER);
            AtomicFiles.clearDrafts(target);
        }
    }

    private void link(Path target, TreeEntry.Link link, DraftFiles files) throws IOException {
        if (isThere(target, link)) {
            attributes.setAttributes(target, link.attributes());
        } else {
            files.link(target, link);
        }
    }

    private static boolean isThere(Path target, TreeEntry.Link link) throws IOException {
        try {
            return FileStat.of(target).type() == FileStat.Type.LINK
                    && LinkTarget.read(target).sameAs(link.target());
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private void file(Path target, IndexEntry line, DraftFiles files) throws IOException {
        TreeEntry.File file = (TreeEntry.File) line.entry();
        if (DraftFiles.isWhole(target, file)) {
            attributes.setAttributes(target, file.attributes());
            count(file);
            return;
        }
        if (line.content().flatMap(FileContent::packed).isEmpty()) {
            write(line, files);
            return;
        }
        packed.computeIfAbsent(pack(line).pack(), pack -> new ArrayList<>()).add(line);
        waiting++;
        if (waiting >= WAITING) {
            unpack(files);
        }
    }

    private void unpack(DraftFiles files) throws IOException {
        for (List<IndexEntry> lines : packed.values()) {
            // A file that goes on in the next pack comes last.
            lines.sort(Comparator.comparingLong(line -> pack(line).offset()));
            for (IndexEntry line : lines) {
                write(line, files);
            }
        }
        packed.clear();
        waiting = 0;
    }

    private static FileContent.Packed pack(IndexEntry line) {
        return line.content().flatMap(FileContent::packed).orElseThrow();
    }

    private void write(IndexEntry line, DraftFiles files) throws IOException {
        TreeEntry.File file = (TreeEntry.File) line.entry();
        try (InputStream content = FileInput.unchecked(line, this::content, blobs)) {
            files.write(root.resolve(file.path()), file, content);
        }
        RestorePoint.FILE_WRITTEN.reached();
        written += file.size();
        count(file);
    }

    private byte[] content(BlobRef pack) {
        if (!pack.equals(held)) {
            heldContent = blobs.content(pack);
            held = pack;
        }
        return heldContent;
    }

    private void count(TreeEntry.File file) {
        bytes += file.size();
        progress.accept(file.size());
    }

    private void finish(TreeEntry.Folder wanted) throws IOException {
        Path target = root.resolve(wanted.path());
        AtomicFiles.forceFolder(target);
        attributes.setAttributes(target, wanted.attributes());
    }
}
