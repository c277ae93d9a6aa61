package io.understudy.diff;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.understudy.browse.SnapshotReader.Opened;
import io.understudy.cli.Bytes;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.blob.BlobRef;
import io.understudy.repository.blob.KnownBlobs;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A database that a command dumps, of which both snapshots do not hold the same. Dumps are stored in parts that are cut
 * by their content, so the lists of parts say how much at most differs, and no dump is read. What is within a part is
 * not known: one changed row makes it another part.
 *
 * @param from length of the first snapshot's dump, {@code 41 bytes}; empty where it has none
 * @param to that of the second one's
 * @param gone bytes in parts that only the first one's dump has; empty where one of the two has none
 * @param came bytes in parts that only the second one's dump has
 */
record DumpDifference(
        String name,
        Optional<String> from,
        Optional<String> to,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Long> gone,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Long> came) {
    /** What the amounts of all of them mean. */
    static final String MEANING = "a part of a dump is some hundred KiB long and is another one when a byte of it"
            + " changed: no more than that differs; dump ID --database NAME of both shows what";

    /** Of all that differ, by name. */
    static List<DumpDifference> of(Opened first, Opened second) {
        Map<String, DatabaseData> olds = dumps(first);
        Map<String, DatabaseData> news = dumps(second);
        TreeSet<String> names = new TreeSet<>(olds.keySet());
        names.addAll(news.keySet());
        return names.stream()
                .filter(name -> !olds.containsKey(name)
                        || !news.containsKey(name)
                        || !olds.get(name).holdsAs(news.get(name)))
                .map(name -> of(
                        name, Optional.ofNullable(olds.get(name)), Optional.ofNullable(news.get(name)), first, second))
                .toList();
    }

    private static DumpDifference of(
            String name, Optional<DatabaseData> old, Optional<DatabaseData> fresh, Opened first, Opened second) {
        Optional<Long> gone = Optional.empty();
        Optional<Long> came = Optional.empty();
        if (old.isPresent() && fresh.isPresent()) {
            gone = Optional.of(bytesNotIn(parts(fresh.get(), second), old.get(), first));
            came = Optional.of(bytesNotIn(parts(old.get(), first), fresh.get(), second));
        }
        return new DumpDifference(name, old.map(DumpDifference::length), fresh.map(DumpDifference::length), gone, came);
    }

    private static Map<String, DatabaseData> dumps(Opened snapshot) {
        return snapshot.manifest().others().stream().collect(Collectors.toMap(DatabaseData::name, Function.identity()));
    }

    private static String length(DatabaseData data) {
        return data.archive().bytes() + " bytes";
    }

    private static KnownBlobs parts(DatabaseData data, Opened snapshot) {
        KnownBlobs all = KnownBlobs.none();
        data.archive().blobs(snapshot.blobs()).forEachRemaining(all::add);
        return all;
    }

    private static long bytesNotIn(KnownBlobs others, DatabaseData data, Opened snapshot) {
        long bytes = 0;
        Iterator<BlobRef> parts = data.archive().blobs(snapshot.blobs());
        while (parts.hasNext()) {
            BlobRef part = parts.next();
            bytes += others.contains(part.id()) ? 0 : part.bytes();
        }
        return bytes;
    }

    String text() {
        return name + "  " + from.orElse("none") + " -> " + to.orElse("none")
                + came.map(bytes -> ": " + Bytes.text(bytes) + " in parts that came, " + Bytes.text(gone.orElse(0L))
                                + " in parts that went")
                        .orElse("");
    }
}
