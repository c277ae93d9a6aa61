package io.understudy.primary.retention;

import io.understudy.config.Settings;
import io.understudy.config.Settings.NamedFilestore;
import io.understudy.config.Settings.RetentionSettings;
import io.understudy.filestore.Copy;
import io.understudy.repository.Repository;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What is kept in which filestore.
 *
 * @param all the rule of each that has none of its own
 * @param own by the filestore's name
 */
public record RetentionRules(RetentionSettings all, Map<String, RetentionSettings> own) {
    public RetentionRules {
        own = Map.copyOf(own);
    }

    public static RetentionRules of(Settings settings) {
        Map<String, RetentionSettings> own = settings.filestore().several().stream()
                .flatMap(several -> several.stores().stream())
                .filter(store -> store.retention().isPresent())
                .collect(Collectors.toMap(
                        NamedFilestore::name, store -> store.retention().orElseThrow()));
        return new RetentionRules(settings.retention(), own);
    }

    /** One rule for all. */
    public static RetentionRules same(RetentionSettings all) {
        return new RetentionRules(all, Map.of());
    }

    RetentionSettings in(String filestore) {
        return own.getOrDefault(filestore, all);
    }

    /** Whether the daemon prunes any by itself. */
    boolean anyIsAutomatic() {
        return all.automatic() || own.values().stream().anyMatch(RetentionSettings::automatic);
    }

    /** Each filestore of the repository with its rule. */
    List<Place> places(Repository repository) {
        List<Copy> copies = repository.copies();
        return copies.isEmpty()
                ? List.of(new Place(Optional.empty(), repository, all))
                : IntStream.range(0, copies.size())
                        .mapToObj(i ->
                                place(copies.get(i).name(), repository.each().get(i)))
                        .toList();
    }

    private Place place(String filestore, Repository repository) {
        return new Place(Optional.of(filestore), repository, in(filestore));
    }

    /**
     * A filestore that is pruned by itself.
     *
     * @param name as the configuration calls it; empty where there is one
     */
    record Place(Optional<String> name, Repository repository, RetentionSettings rule) {}
}
