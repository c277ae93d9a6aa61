package io.understudy.replica.rewrite;

import io.understudy.files.TreeEntry;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.tree.IndexEntry;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Shows what the rules of a tree make of it, file by file. Not thread-safe; for one walk. */
public final class TreeDiff {
    private final TreeRewrite rewrite;
    private final EntryContent content;
    private final BlobSource blobs;
    private final boolean secret;
    /** By path: the entry of the snapshot, which is empty where it has none, and the one that takes its place. */
    private final Map<String, Change> changes = new LinkedHashMap<>();

    private record Change(Optional<IndexEntry> before, IndexEntry after) {}

    /** @param secret whether no content is to be shown */
    public TreeDiff(TreeRewrite rewrite, BlobSource blobs, boolean secret) {
        this.rewrite = rewrite;
        this.blobs = blobs;
        this.secret = secret;
        this.content = new EntryContent(rewrite.over(blobs));
    }

    /** @throws io.understudy.failure.UnderstudyException as {@link TreeRewrite#apply} */
    public List<FileDiff> of(Iterator<IndexEntry> entries) {
        // What an overlay lays over a text that was replaced is compared with the snapshot's own file.
        rewrite.apply(
                        entries,
                        blobs,
                        (after, before) -> changes.merge(
                                after.entry().path().toString(),
                                new Change(before, after),
                                (first, second) -> new Change(first.before(), second.after())))
                .forEachRemaining(entry -> {});
        return rewrite.files().stream().map(this::diff).toList();
    }

    private FileDiff diff(RewrittenFile file) {
        Change change = Objects.requireNonNull(changes.get(file.path()));
        Optional<String> after = text(change.after());
        Optional<String> before =
                change.before().isEmpty() ? Optional.of("") : change.before().flatMap(this::text);
        Optional<String> diff = secret || after.isEmpty() || before.isEmpty()
                ? Optional.empty()
                : Optional.of(UnifiedDiff.of(before.get(), after.get()));
        return new FileDiff(file, change.before().isEmpty(), diff);
    }

    /** Empty where it is no text, or too long for one. */
    private Optional<String> text(IndexEntry entry) {
        return entry.entry() instanceof TreeEntry.File file && file.size() <= FileText.LONGEST && !secret
                ? FileText.of(content.read(entry))
                : Optional.empty();
    }
}
