package io.understudy.config;

import io.understudy.config.Settings.DatabaseSettings;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.NamedFilestore;
import io.understudy.config.Settings.TreeSettings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.RealPath;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * What belongs to one site alone: its state folder, marker, trees, live database, repository and the addresses that its
 * agents listen on. Two sites that had one of them in common would write over each other.
 */
public final class SitePlaces {
    private static final Set<String> THIS_HOST = Set.of("localhost", "127.0.0.1", "::1");
    private static final Set<String> ANY = Set.of("0.0.0.0", "::", "*");

    private final String site;
    private final List<Place> places;

    private SitePlaces(String site, List<Place> places) {
        this.site = site;
        this.places = places;
    }

    /** @param room of names, in which two places may be the same or one within the other */
    private record Place(String key, String room, Path path) {
        /** Whether one is the other, or lies in it. */
        boolean meets(Place other) {
            return room.equals(other.room) && (path.startsWith(other.path) || other.path.startsWith(path));
        }

        String text() {
            return room.isEmpty() ? path.toString() : room + (path.toString().equals("/") ? "" : path);
        }
    }

    /** Follows symbolic links, so it asks the disks. */
    public static SitePlaces of(Settings settings) {
        List<Place> all = new ArrayList<>();
        all.add(file("state", settings.state()));
        all.add(file("marker", settings.marker()));
        for (TreeSettings tree : settings.trees()) {
            all.add(file("trees." + tree.name(), tree.path()));
            buckets(tree).forEach(store -> all.add(repository("trees." + tree.name() + ".bucket", store)));
        }
        stores(settings.filestore()).forEach(store -> all.add(repository("filestore", store)));
        if (settings.database().isThere()) {
            all.add(database(settings.database()));
        }
        settings.databases().forEach(each -> other(each).ifPresent(all::add));
        all.addAll(Stream.of(
                        Optional.of(address("primary.listen", settings.primary().listen())),
                        settings.primary().http().map(at -> address("primary.http", at)),
                        settings.replica().http().map(at -> address("replica.http", at)))
                .flatMap(Optional::stream)
                .flatMap(Optional::stream)
                .toList());
        return new SitePlaces(settings.site(), all);
    }

    private static Place file(String key, Path path) {
        return new Place(key, "", RealPath.orItself(path.toAbsolutePath().normalize()));
    }

    private static List<FilestoreSettings> stores(FilestoreSettings main) {
        return main.several()
                .map(several ->
                        several.stores().stream().map(NamedFilestore::settings).toList())
                .orElse(List.of(main));
    }

    private static Stream<FilestoreSettings> buckets(TreeSettings tree) {
        return tree.bucket().stream().flatMap(each -> Stream.concat(Stream.of(each.first()), each.second().stream()));
    }

    private static Place repository(String key, FilestoreSettings store) {
        if (store.url().getScheme().equals("file")) {
            return file(
                    key, Path.of("/", Optional.ofNullable(store.url().getPath()).orElse("")));
        }
        StorePlace place = StorePlace.of(store);
        return new Place(key, place.room(), place.path());
    }

    private static Place database(DatabaseSettings database) {
        String host = database.host().toLowerCase(Locale.ROOT);
        String server = THIS_HOST.contains(host) ? "localhost" : host;
        return new Place("database", server + ":" + database.port(), Path.of("/", database.name()));
    }

    /** What an operator's own commands write to is not known here. */
    private static Optional<Place> other(OtherDatabase database) {
        String key = "databases." + database.name();
        if (database.access() instanceof OtherDatabase.Sqlite sqlite) {
            return Optional.of(file(key, sqlite.file()));
        }
        if (database.access() instanceof OtherDatabase.Schema schema) {
            String login = schema.options().map(file -> " by " + file).orElse("");
            return Optional.of(new Place(key, schema.server().preset() + login, Path.of("/", schema.name())));
        }
        return Optional.empty();
    }

    /** Each free port that the system picks is another one. */
    private static Optional<Place> address(String key, HostPort at) {
        if (at.port() == 0) {
            return Optional.empty();
        }
        String host = at.host().toLowerCase(Locale.ROOT);
        Path path = ANY.contains(host) ? Path.of("/") : Path.of("/", host.equals("localhost") ? "127.0.0.1" : host);
        return Optional.of(new Place(key, "port " + at.port(), path));
    }

    public String site() {
        return site;
    }

    /** A sentence for each thing that both have. */
    public List<String> sharedWith(SitePlaces other) {
        List<String> shared = new ArrayList<>();
        for (Place mine : places) {
            other.places.stream()
                    .filter(mine::meets)
                    .map(its -> its.text().equals(mine.text())
                            ? mine.key + " is " + its.key + " of " + other.site + ": " + mine.text()
                            : mine.key + " (" + mine.text() + ") meets " + its.key + " of " + other.site + " ("
                                    + its.text() + ")")
                    .forEach(shared::add);
        }
        return shared;
    }

    /** @throws UnderstudyException {@code CONFIG_INVALID} where there is any */
    public static void requireNone(String site, List<String> shared) {
        if (!shared.isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot run " + site + " next to the other sites: " + String.join("; ", shared),
                    "give each site its own state folder, marker, trees, database, repository and addresses; -c with the file"
                            + " of one site looks at no other; see docs/several-sites.md");
        }
    }
}
