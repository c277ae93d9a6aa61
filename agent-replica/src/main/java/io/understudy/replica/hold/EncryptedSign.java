package io.understudy.replica.hold;

import io.understudy.repository.TreeData;
import io.understudy.repository.blob.BlobSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether the files of a tree look as if someone had encrypted them: most files changed, or went and came under other
 * names, and what came is random bytes where something else was before. Media and archives are compressed, so their
 * bytes are as random; they are known by how they begin.
 *
 * <p>It is a sign, no proof: a program that leaves the beginning of each file as it was shows in {@code changed} alone.
 */
final class EncryptedSign {
    /** With fewer files to look at, chance would decide. */
    private static final int LEAST = 8;

    /** Percent of files and folders: where each file has a folder of its own, half of all are files. */
    private static final int MOST_CHANGED = 20;

    private static final int RANDOM = 80;
    private static final int RANDOM_WITH_NEW_ENDING = 50;

    private EncryptedSign() {}

    /** @throws io.understudy.failure.UnderstudyException {@code BLOB_*} where content cannot be read */
    static Optional<HoldFinding> of(FileChanges changes, TreeData older, BlobSource blobs) {
        long replaced = changes.changed() + Math.min(changes.gone(), changes.came());
        List<ChangedSample.Pair> pairs = changes.sample().pairs();
        if (!Drop.isBeyond(replaced, older.entries(), MOST_CHANGED) || pairs.size() < LEAST) {
            return Optional.empty();
        }
        ContentLook look = new ContentLook(blobs);
        int random = (int) pairs.stream()
                .filter(pair -> look.isRandom(pair.now())
                        && pair.old().filter(look::isRandom).isEmpty())
                .count();
        Optional<String> ending = changes.sample().newEnding();
        int needed = ending.isPresent() ? RANDOM_WITH_NEW_ENDING : RANDOM;
        if (random * 100 < pairs.size() * needed) {
            return Optional.empty();
        }
        String text = String.format(
                Locale.ROOT,
                "tree %s: %,d of %,d files and folders were replaced, and %d of %d that were looked at are random bytes%s: they may have been encrypted by an intruder",
                older.name(),
                replaced,
                older.entries(),
                random,
                pairs.size(),
                ending.map(each -> ", most with the new ending ." + each).orElse(""));
        return Optional.of(new HoldFinding(
                "encrypted",
                "tree " + older.name(),
                older.entries(),
                replaced,
                HoldFinding.percent(replaced, older.entries()),
                text));
    }
}
