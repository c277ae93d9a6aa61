package io.understudy.exchange;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.files.FileStat;
import io.understudy.files.FolderDeletion;
import io.understudy.files.LinkTarget;
import io.understudy.files.TreeEntry;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.Blobs;
import io.understudy.repository.blob.StreamReader;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.PackedInput;
import io.understudy.restore.AttributeWriter;
import io.understudy.restore.DraftFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Writes what a plan puts into the folder of staged files, each complete, checked and forced before it has its name.
 * What an earlier attempt finished stays. Each pack is read once, and is in memory with the one that follows
 * it. Holds four bytes for each file of a pack. Not thread-safe.
 */
public final class ContentStager {
    private final Plan plan;
    private final Path folder;
    private final Optional<OwnStaging> own;
    private final BlobSource blobs;
    private final DraftFiles files;
    private final LongConsumer progress;
    private final Map<BlobRef, Numbers> packs = new LinkedHashMap<>();
    /** The pack that was read last: the next one, where a file went on in it. */
    private BlobRef held;

    private byte[] heldContent;

    /**
     * @param own what this process staged there before
     * @param progress receives the size of every file that is there
     */
    public ContentStager(
            Plan plan,
            Path folder,
            Optional<OwnStaging> own,
            BlobSource blobs,
            AttributeWriter attributeWriter,
            LongConsumer progress) {
        this.plan = plan;
        this.folder = folder;
        this.own = own;
        this.blobs = blobs;
        this.progress = progress;
        this.files = new DraftFiles(attributeWriter);
    }

    /** @throws UnderstudyException {@code BLOB_*}, {@code DISK_FULL}, {@code FILE_*} */
    public void stage() {
        AtomicFiles.clearDrafts(folder);
        try (files) {
            for (int i = 0; i < plan.size(); i++) {
                if (plan.change(i) instanceof Change.Put put) {
                    stage(put.entry(), i);
                }
            }
            packs.values().forEach(this::unpack);
            files.force();
            removeSurplus();
            AtomicFiles.forceFolder(folder);
        } catch (IOException e) {
            throw FileFailure.of("write", folder, e);
        }
    }

    private void stage(IndexEntry entry, int number) {
        Path target = target(entry.entry());
        try {
            if (isThere(target, entry.entry())) {
                files.refresh(target, entry.entry());
                count(entry.entry());
                return;
            }
            removeOther(target, entry.entry());
            if (entry.entry() instanceof TreeEntry.Folder) {
                AtomicFiles.createFolders(target, AtomicFiles.PRIVATE_FOLDER);
            } else if (entry.entry() instanceof TreeEntry.Link link) {
                files.link(target, link);
            } else if (packed(entry).isPresent()) {
                packs.computeIfAbsent(packed(entry).get().pack(), pack -> new Numbers())
                        .add(number);
            } else {
                write((TreeEntry.File) entry.entry(), stream(entry));
            }
        } catch (IOException e) {
            throw FileFailure.of("write", target, e);
        }
    }

    /** Another snapshot had something of another kind at the path. */
    private static void removeOther(Path target, TreeEntry entry) throws IOException {
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            FolderDeletion.delete(target);
        } else if (entry instanceof TreeEntry.Folder) {
            Files.deleteIfExists(target);
        }
    }

    /** What was staged for another snapshot, and this one lacks. */
    private void removeSurplus() {
        long wanted = 0;
        for (int i = 0; i < plan.size(); i++) {
            wanted += plan.change(i) instanceof Change.Put ? 1 : 0;
        }
        List<Path> there = WorkFolder.list(folder);
        if (there.size() <= wanted) {
            return;
        }
        Set<Path> needed = new HashSet<>();
        for (int i = 0; i < plan.size(); i++) {
            if (plan.change(i) instanceof Change.Put put) {
                needed.add(target(put.entry().entry()));
            }
        }
        there.stream().filter(each -> !needed.contains(each)).forEach(AtomicFiles::delete);
    }

    private static Optional<FileContent.Packed> packed(IndexEntry entry) {
        return entry.content().flatMap(FileContent::packed);
    }

    private InputStream stream(IndexEntry entry) {
        return new StreamReader("file " + entry.entry().path(), entry.content().orElseThrow().stream(), blobs);
    }

    /** @param content is closed */
    private void write(TreeEntry.File file, InputStream content) throws IOException {
        try (content) {
            files.write(target(file), file, content);
        }
        count(file);
    }

    private void unpack(Numbers numbers) {
        List<IndexEntry> wanted = new ArrayList<>();
        for (int i = 0; i < numbers.count; i++) {
            wanted.add(((Change.Put) plan.change(numbers.values[i])).entry());
        }
        try {
            // A file that goes on in the next pack comes last.
            wanted.sort(Comparator.comparingLong(
                    entry -> packed(entry).orElseThrow().offset()));
            for (IndexEntry entry : wanted) {
                InputStream packed = new PackedInput(packed(entry).orElseThrow(), this::read);
                write((TreeEntry.File) entry.entry(), new SequenceInputStream(stream(entry), packed));
            }
        } catch (IOException e) {
            throw FileFailure.of("write", folder, e);
        }
    }

    /** At most {@link Blobs#LONGEST} bytes; that every file lies within was checked when the index was read. */
    private byte[] read(BlobRef pack) {
        if (!pack.equals(held)) {
            heldContent = content(pack);
            held = pack;
        }
        return heldContent;
    }

    private byte[] content(BlobRef pack) {
        try (InputStream in = blobs.open(pack)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.BLOB_DAMAGED,
                    "cannot read pack " + pack.id() + ": " + e.getMessage(),
                    "verify the snapshot",
                    e);
        }
    }

    private void count(TreeEntry entry) {
        if (entry instanceof TreeEntry.File file) {
            progress.accept(file.size());
        }
    }

    private Path target(TreeEntry entry) {
        return folder.resolve(Change.nameOf(entry.path()));
    }

    /**
     * A staged file has its name only when it is complete, but what lay on a disk since an earlier attempt may have
     * gone bad.
     */
    private boolean isThere(Path target, TreeEntry entry) {
        try {
            FileStat stat = FileStat.of(target);
            return switch (stat.type()) {
                case FILE ->
                    entry instanceof TreeEntry.File file
                            && file.size() == stat.size()
                            && (own.filter(each -> each.wrote(stat, file)).isPresent()
                                    || DraftFiles.isWhole(target, file));
                case FOLDER -> entry instanceof TreeEntry.Folder;
                case LINK ->
                    entry instanceof TreeEntry.Link link
                            && LinkTarget.read(target).sameAs(link.target());
                case SPECIAL -> false;
            };
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw FileFailure.of("look at", target, e);
        }
    }

    private static final class Numbers {
        private int[] values = new int[4];
        private int count;

        void add(int number) {
            if (count == values.length) {
                values = Arrays.copyOf(values, count * 2);
            }
            values[count++] = number;
        }
    }
}
