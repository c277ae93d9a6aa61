package io.understudy.replica.load;

import io.understudy.repository.Manifest;
import io.understudy.repository.blob.BlobSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The tables of a load by differences, where this standby's own rules changed some after the load before. */
final class OwnTables {
    private static final String WHY = "database.after_load or protect had changed it on this server";

    private OwnTables() {}

    /**
     * @param own the tables that they changed, qualified
     * @param brief whether those that neither differ nor were changed are left out
     * @throws FullLoadRequired when one of them is no table of the snapshot
     */
    static List<TableChange> of(Set<String> own, boolean brief, Manifest before, Manifest after, BlobSource blobs) {
        if (own.isEmpty()) {
            return brief ? TableChange.differing(before, after, blobs) : TableChange.between(before, after, blobs);
        }
        List<TableChange> all = TableChange.between(before, after, blobs);
        Set<String> unlisted = new HashSet<>(own);
        all.forEach(table -> unlisted.remove(table.name()));
        if (!unlisted.isEmpty()) {
            throw new FullLoadRequired(
                    "database.after_load had changed what can only be loaded with all: " + String.join(", ", unlisted));
        }
        return all.stream()
                .map(table -> own.contains(table.name()) ? table.inFull(WHY) : table)
                .filter(table ->
                        !brief || table.full().isPresent() || !table.before().equals(table.after()))
                .toList();
    }
}
