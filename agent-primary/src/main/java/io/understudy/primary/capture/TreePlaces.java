package io.understudy.primary.capture;

import io.understudy.files.FileSystemPlace;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the trees lay when this server committed its last snapshot. When it is lost nothing is compared, once.
 *
 * <pre>
 * {"format":1,"trees":{"media":{"path":"/srv/media","place":{"type":"ext4","identity":"4f2c…","inside":"/"}}},…}
 * </pre>
 */
final class TreePlaces {
    private final StateFile<Places> file;

    TreePlaces(Path state) {
        this.file = StateFile.in(state, StateEntry.TREE_PLACES, Places.class);
    }

    /** @param path as configured then */
    record Place(String path, FileSystemPlace place) {}

    private record Places(Map<String, Place> trees) {}

    /** By the names of trees. */
    Map<String, Place> load() {
        return file.read().map(Places::trees).orElse(Map.of());
    }

    void save(Map<String, Place> places) {
        file.write(new Places(new TreeMap<>(places)));
    }
}
