package io.understudy.replica.load;

import io.understudy.postgres.DatabaseIdentity;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Remembers what the databases around the site's own held when their loads ended. A later import begins with one of
 * them; without this record it loads all. Not for concurrent use.
 *
 * <pre>{"format":1,"databases":[{"cluster":7…,"oid":16400,"snapshot":"00000001-00000041",
 *     "mark":{"transaction":81231,"catalogs":"3fa1…","others":{}}}],"check":"…"}</pre>
 */
final class LoadedDatabases {
    private final StateFile<All> file;

    LoadedDatabases(Path state) {
        this.file = StateFile.in(state, StateEntry.LOADED_DATABASES, All.class);
    }

    /** @param databases newest last */
    record All(List<LoadedDatabase> databases) {
        All {
            databases = List.copyOf(databases);
        }
    }

    List<LoadedDatabase> all() {
        return file.read().map(All::databases).orElse(List.of());
    }

    Optional<LoadedDatabase> of(DatabaseIdentity database) {
        return all().stream().filter(each -> each.identity().equals(database)).findFirst();
    }

    /** @param existing all databases of the server: what is gone is forgotten */
    void put(LoadedDatabase loaded, Collection<DatabaseIdentity> existing) {
        List<LoadedDatabase> next = new ArrayList<>(all());
        next.removeIf(each -> each.identity().equals(loaded.identity()) || !existing.contains(each.identity()));
        next.add(loaded);
        file.write(new All(next));
    }

    void remove(DatabaseIdentity database) {
        List<LoadedDatabase> all = all();
        List<LoadedDatabase> left =
                all.stream().filter(each -> !each.identity().equals(database)).toList();
        if (left.size() < all.size()) {
            file.write(new All(left));
        }
    }
}
