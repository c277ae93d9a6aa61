package io.understudy.primary.capture;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileSystemPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the trees lay when this server committed its last snapshot, in {@code tree-places.json} of the state folder.
 * When it is lost nothing is compared, once.
 *
 * <pre>
 * {"format":1,"trees":{"media":{"path":"/srv/media","place":{"type":"ext4","identity":"4f2c…","inside":"/"}}}}
 * </pre>
 */
final class TreePlaces {
    private static final Logger LOG = LoggerFactory.getLogger(TreePlaces.class);
    private static final JsonMapper JSON = new JsonMapper();
    private static final int FORMAT = 1;

    private final Path file;

    TreePlaces(Path state) {
        this.file = state.resolve("tree-places.json");
    }

    /** @param path as configured then */
    record Place(String path, FileSystemPlace place) {}

    private record Note(int format, Map<String, Place> trees) {}

    /** By the names of trees. */
    Map<String, Place> load() {
        if (!Files.exists(file)) {
            return Map.of();
        }
        try {
            Note note = JSON.readValue(Files.readAllBytes(file), Note.class);
            if (note.format() == FORMAT && note.trees() != null) {
                return note.trees();
            }
            LOG.warn("{} has another format, and is left out", file);
        } catch (IOException e) {
            LOG.warn("{} is not understood, and is left out: {}", file, e.getMessage());
        }
        return Map.of();
    }

    /** A disk that is full does not fail a snapshot that is committed already. */
    void save(Map<String, Place> places) {
        try {
            AtomicFiles.write(
                    file, JSON.writeValueAsBytes(new Note(FORMAT, new TreeMap<>(places))), AtomicFiles.PRIVATE);
        } catch (UnderstudyException | IOException e) {
            LOG.warn("where the trees lie is not noted: {}", e.getMessage());
        }
    }
}
