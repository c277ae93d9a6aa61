package io.understudy.replica.rewrite;

import io.understudy.config.RewriteRule;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.Attributes;
import io.understudy.files.ContentHash;
import io.understudy.files.Excludes;
import io.understudy.files.FileFailure;
import io.understudy.files.FileStat;
import io.understudy.files.SafePath;
import io.understudy.files.Sha256;
import io.understudy.files.TreeEntry;
import io.understudy.files.TreeKind;
import io.understudy.files.TreeWalker.Found;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.tree.FileContent;
import io.understudy.repository.tree.IndexEntry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Supplier;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The entries of one tree as this standby has them: texts are replaced first, then what lies in overlay folders takes
 * the place of the snapshot's files. An entry that changed has the size and the hash of its new content, so whatever
 * compares, checks or remembers it sees that; {@link #over} gives the content. Nothing is written. Not thread-safe; for
 * one walk.
 */
public final class TreeRewrite {
    private static final ContentHash UNREAD = ContentHash.of(new byte[ContentHash.LENGTH]);

    private final TreeSettings tree;
    private final List<Replacing> replacing;
    private final List<Overlay> overlays;
    private final List<RewriteRule> idle = new ArrayList<>();
    private final Map<BlobId, Supplier<InputStream>> contents = new HashMap<>();
    private final Map<String, RewrittenFile> files = new LinkedHashMap<>();

    private final Optional<SafePath> maintenance;
    private boolean caught;

    /** @param maintenance the file of the site's maintenance mode, which is left out */
    TreeRewrite(TreeSettings tree, List<RewriteRule> rules, Optional<SafePath> maintenance) {
        this.tree = tree;
        this.maintenance = maintenance;
        this.replacing = rules.stream()
                .filter(rule -> !rule.replacements().isEmpty())
                .map(Replacing::new)
                .toList();
        Excludes excludes = Excludes.of(tree.exclude());
        List<RewriteRule> laying =
                rules.stream().filter(rule -> rule.overlay().isPresent()).toList();
        this.overlays = laying.stream().map(rule -> new Overlay(rule, excludes)).toList();
        this.idle.addAll(laying);
    }

    /** A file before and after; without content before where the snapshot has none at this path. */
    @FunctionalInterface
    public interface Changed {
        void file(IndexEntry after, Optional<IndexEntry> before);
    }

    /**
     * @param entries of the snapshot, in order
     * @param blobs of the snapshot
     * @return lazily; files are read as they are taken
     * @throws UnderstudyException {@code FILE_UNSUPPORTED} naming what can't be rewritten and the rule; of an overlay
     *     as {@link Overlay#over}; {@code BLOB_*}
     */
    public Iterator<IndexEntry> apply(Iterator<IndexEntry> entries, BlobSource blobs) {
        return apply(entries, blobs, (after, before) -> {});
    }

    /** As {@link #apply(Iterator, BlobSource)}. @param changed receives each file that is otherwise */
    public Iterator<IndexEntry> apply(Iterator<IndexEntry> entries, BlobSource blobs, Changed changed) {
        Iterator<IndexEntry> wanted = withoutMaintenance(entries);
        Iterator<IndexEntry> all = replacing.isEmpty() ? wanted : replaced(wanted, blobs, changed);
        for (Overlay overlay : overlays) {
            all = overlay.over(all, this::laid, (entry, before, rule) -> {
                idle.remove(rule);
                if (!(entry.entry() instanceof TreeEntry.Folder) && !isSame(entry, before)) {
                    note(entry, List.of(rule.number()));
                    changed.file(entry, before);
                }
            });
        }
        return all;
    }

    /** The entries that are to be there, with any content. @throws UnderstudyException as {@link Overlay#over} */
    public Iterator<IndexEntry> names(Iterator<IndexEntry> entries) {
        Iterator<IndexEntry> all = withoutMaintenance(entries);
        for (Overlay overlay : overlays) {
            all = overlay.over(
                    all,
                    (found, attributes) -> IndexEntry.of(
                            new TreeEntry.File(
                                    found.path(), attributes, found.stat().size(), UNREAD),
                            new FileContent.Streamed(StreamRef.NONE)),
                    (entry, before, rule) -> {});
        }
        return all;
    }

    /** The file by which the snapshot was taken in maintenance mode, for people; empty where it was not. */
    public Optional<String> maintenance() {
        return maintenance.filter(path -> caught).map(path -> tree.name() + "/" + path);
    }

    private Iterator<IndexEntry> withoutMaintenance(Iterator<IndexEntry> entries) {
        if (maintenance.isEmpty()) {
            return entries;
        }
        SafePath left = maintenance.get();
        Spliterator<IndexEntry> all = Spliterators.spliteratorUnknownSize(entries, Spliterator.ORDERED);
        return StreamSupport.stream(all, false)
                .filter(entry -> {
                    boolean here = entry.entry().path().equals(left)
                            || entry.entry().path().isBeneath(left);
                    caught |= here;
                    return !here;
                })
                .iterator();
    }

    /** Gives the new contents too. */
    public BlobSource over(BlobSource blobs) {
        return blob -> {
            Supplier<InputStream> content = contents.get(blob.id());
            return content == null ? blobs.open(blob) : content.get();
        };
    }

    /** What is otherwise, in the order in which it was found. */
    public List<RewrittenFile> files() {
        return List.copyOf(files.values());
    }

    /** What changed nothing, when the walk is over. */
    public List<String> unmatched() {
        boolean secret = tree.kind() == TreeKind.SECRETS;
        return Stream.concat(
                        replacing.stream().flatMap(each -> each.unmatched(secret).stream()),
                        idle.stream().map(rule -> rule.text() + " brings no file"))
                .toList();
    }

    private Iterator<IndexEntry> replaced(Iterator<IndexEntry> entries, BlobSource blobs, Changed changed) {
        EntryContent content = new EntryContent(blobs);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public IndexEntry next() {
                IndexEntry entry = entries.next();
                IndexEntry after =
                        entry.entry() instanceof TreeEntry.File file ? replaced(entry, file, content) : entry;
                if (after != entry) {
                    changed.file(after, Optional.of(entry));
                }
                return after;
            }
        };
    }

    private IndexEntry replaced(IndexEntry entry, TreeEntry.File file, EntryContent content) {
        List<Replacing> rules =
                replacing.stream().filter(each -> each.isFor(file.path())).toList();
        if (rules.isEmpty()) {
            return entry;
        }
        RewriteRule first = rules.get(0).rule();
        if (file.size() > FileText.LONGEST) {
            throw FileText.unfit(file.path(), first, "it is longer than " + (FileText.LONGEST >> 20) + " MiB");
        }
        String text = FileText.of(content.read(entry))
                .orElseThrow(() -> FileText.unfit(file.path(), first, "it is no text in UTF-8, or holds a NUL byte"));
        List<Integer> numbers = new ArrayList<>();
        String now = text;
        for (Replacing each : rules) {
            String next = each.replace(now);
            if (!next.equals(now)) {
                numbers.add(each.rule().number());
            }
            now = next;
        }
        if (now.equals(text)) {
            return entry;
        }
        byte[] bytes = now.getBytes(StandardCharsets.UTF_8);
        ContentHash hash = ContentHash.ofContent(bytes, 0, bytes.length);
        IndexEntry after = entry(
                new TreeEntry.File(file.path(), file.attributes(), bytes.length, hash),
                () -> new ByteArrayInputStream(
                        rewritten(FileText.of(content.read(entry)).orElseThrow(), rules)));
        note(after, numbers);
        return after;
    }

    private static byte[] rewritten(String text, List<Replacing> rules) {
        String now = text;
        for (Replacing each : rules) {
            now = each.replace(now);
        }
        return now.getBytes(StandardCharsets.UTF_8);
    }

    /** A file of an overlay folder. */
    private IndexEntry laid(Found found, Attributes attributes) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (InputStream in = new DigestInputStream(open(found), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return entry(
                new TreeEntry.File(found.path(), attributes, found.stat().size(), ContentHash.of(digest.digest())),
                () -> open(found));
    }

    private static InputStream open(Found found) {
        try {
            if (!FileStat.of(found.location()).sameContent(found.stat())) {
                throw new UnderstudyException(
                        ErrorCode.FILE_FAILED,
                        "cannot stage \"" + found.location() + "\": it changed while it was read",
                        "it is tried again; change overlay folders by renaming files into them");
            }
            return Files.newInputStream(found.location());
        } catch (IOException e) {
            throw FileFailure.of("read", found.location(), e);
        }
    }

    /** An entry whose content is not the snapshot's: one blob, which only {@link #over} gives. */
    private IndexEntry entry(TreeEntry.File file, Supplier<InputStream> content) {
        if (file.size() == 0) {
            return IndexEntry.of(file, new FileContent.Streamed(StreamRef.NONE));
        }
        BlobId id = new BlobId(file.hash().hex());
        contents.put(id, content);
        return IndexEntry.of(
                file,
                new FileContent.Streamed(StreamRef.of(List.of(new BlobRef(id, file.size(), file.size(), false)))));
    }

    private void note(IndexEntry entry, List<Integer> rules) {
        String path = entry.entry().path().toString();
        files.merge(
                path,
                new RewrittenFile(tree.name(), path, rules),
                (before, now) -> new RewrittenFile(
                        tree.name(),
                        path,
                        Stream.concat(before.rules().stream(), now.rules().stream())
                                .toList()));
    }

    private static boolean isSame(IndexEntry entry, Optional<IndexEntry> before) {
        return entry.entry() instanceof TreeEntry.File now
                && before.map(IndexEntry::entry)
                        .filter(each ->
                                each instanceof TreeEntry.File was && was.hash().equals(now.hash()))
                        .isPresent();
    }
}
