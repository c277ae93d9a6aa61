package io.understudy.browse;

import io.understudy.browse.FoundPath.Version;
import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.SafePath;
import io.understudy.files.TreeEntry;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobId;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.tree.IndexEntry;
import io.understudy.repository.tree.TreeIndex;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/**
 * Looks for paths in one snapshot after the other. An index is a stream of blobs that end at the end of a line, and
 * snapshots share the blobs of what did not change: each blob is read once, while the snapshots that name it follow
 * each other. Holds what was found, and of each blob of a snapshot what it matched. Not thread-safe.
 */
final class SnapshotSearch {
    /** Of paths, and of their versions, that are held: a file that changes each hour is one path and many versions. */
    static final int MOST = 100_000;

    private static final Comparator<Place> ORDER =
            Comparator.comparing(Place::tree).thenComparing(Place::path);

    private final SnapshotGlob glob;
    private final int most;
    private final LongConsumer progress;
    private final SortedMap<Place, List<Version>> found = new TreeMap<>(ORDER);
    private Map<Part, List<TreeEntry>> known = Map.of();
    private SnapshotId last;
    private long read;
    private int held;

    private record Place(String tree, SafePath path) {}

    /** A blob of a tree's index. */
    private record Part(String tree, BlobId blob) {}

    /**
     * @param most versions of paths that are found at most, of all together
     * @param progress receives the bytes of indexes that are read
     */
    SnapshotSearch(SnapshotGlob glob, int most, LongConsumer progress) {
        this.glob = glob;
        this.most = most;
        this.progress = progress;
    }

    /**
     * The next snapshot; they come in ascending order. One that cannot be read changes nothing.
     *
     * @throws UnderstudyException {@code USAGE} where too much is found, {@code BLOB_*}, {@code MANIFEST_DAMAGED}
     */
    void look(Opened opened) {
        Map<Part, List<TreeEntry>> here = new HashMap<>();
        Map<Place, TreeEntry> matches = new LinkedHashMap<>();
        for (TreeData tree : opened.manifest().trees()) {
            Iterator<BlobRef> blobs = tree.index().blobs(opened.blobs());
            while (blobs.hasNext()) {
                BlobRef blob = blobs.next();
                Part part = new Part(tree.name(), blob.id());
                List<TreeEntry> matched = known.get(part);
                here.put(part, matched == null ? matched(tree.name(), blob, opened.blobs()) : matched);
                here.get(part).forEach(entry -> matches.put(new Place(tree.name(), entry.path()), entry));
                requireFew(matches.size());
            }
        }
        // Only now: of a snapshot that cannot be read to its end nothing is shown.
        SnapshotId snapshot = opened.manifest().snapshot();
        matches.forEach((place, entry) -> add(place, snapshot, entry));
        known = here;
        last = snapshot;
    }

    /** What was found, in the order of trees and paths. */
    Iterator<FoundPath> found() {
        return found.entrySet().stream()
                .map(each -> new FoundPath(
                        PathName.text(each.getKey().tree(), each.getKey().path()), each.getValue()))
                .iterator();
    }

    private List<TreeEntry> matched(String tree, BlobRef blob, BlobSource blobs) {
        try (Stream<IndexEntry> lines = TreeIndex.readSome(StreamRef.of(List.of(blob)), blobs)) {
            List<TreeEntry> matched = lines.map(IndexEntry::entry)
                    .filter(entry -> glob.matches(tree, entry.path()))
                    .toList();
            read += blob.bytes();
            progress.accept(read);
            return matched;
        }
    }

    private void add(Place place, SnapshotId snapshot, TreeEntry entry) {
        List<Version> versions = found.computeIfAbsent(place, unused -> new ArrayList<>(1));
        int end = versions.size() - 1;
        if (end >= 0 && versions.get(end).last().equals(last) && isSame(versions.get(end), entry)) {
            Version version = versions.get(end);
            versions.set(end, version(version.first(), snapshot, version.snapshots() + 1, entry));
        } else {
            held++;
            requireFew(held);
            versions.add(version(snapshot, snapshot, 1, entry));
        }
    }

    private void requireFew(int count) {
        if (count > most) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot show what was found: it is more than " + most + " versions of paths",
                    "look for less, as one folder: media/2026/**");
        }
    }

    private static Version version(SnapshotId first, SnapshotId last, int snapshots, TreeEntry entry) {
        return new Version(
                first,
                last,
                snapshots,
                entry.type(),
                entry instanceof TreeEntry.File file ? Long.valueOf(file.size()) : null,
                entry.attributes().modified(),
                entry instanceof TreeEntry.File file ? file.hash().hex() : null,
                entry instanceof TreeEntry.Link link ? link.target().toString() : null);
    }

    private static boolean isSame(Version version, TreeEntry entry) {
        Version other = version(version.first(), version.last(), version.snapshots(), entry);
        return Objects.equals(version.sha256(), other.sha256())
                && Objects.equals(version.target(), other.target())
                && version.type().equals(other.type());
    }
}
