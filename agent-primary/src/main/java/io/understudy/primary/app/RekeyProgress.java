package io.understudy.primary.app;

import io.understudy.repository.blob.BlobId;
import io.understudy.state.StateEntry;
import io.understudy.state.StateFile;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** How far this server is with encrypting old content to the repository's newest key. */
final class RekeyProgress {
    private final StateFile<Noted> file;
    private final UUID repository;
    private final int key;

    /**
     * @param key that all content is to be encrypted to
     * @param blobs for each filestore by its name in the configuration, the last blob that is done
     * @param done whether nothing is left
     */
    private record Noted(UUID repository, int key, Map<String, BlobId> blobs, boolean done) {}

    /** Of a key. @param state folder of durable state */
    RekeyProgress(Path state, UUID repository, int key) {
        this.file = StateFile.in(state, StateEntry.REKEY, Noted.class);
        this.repository = repository;
        this.key = key;
    }

    boolean isDone() {
        return noted().done();
    }

    /** The last blob that is done in this filestore. */
    Optional<BlobId> in(String filestore) {
        return Optional.ofNullable(noted().blobs().get(filestore));
    }

    void note(String filestore, BlobId last) {
        Map<String, BlobId> blobs = new HashMap<>(noted().blobs());
        blobs.put(filestore, last);
        file.write(new Noted(repository, key, blobs, false));
    }

    void noteDone() {
        file.write(new Noted(repository, key, Map.of(), true));
    }

    private Noted noted() {
        return file.read()
                .filter(noted -> noted.repository().equals(repository) && noted.key() == key)
                .orElseGet(() -> new Noted(repository, key, Map.of(), false));
    }
}
