package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.filestore.Filestore;
import io.understudy.filestore.ObjectInfo;
import io.understudy.repository.Manifest;
import io.understudy.repository.Repository;
import io.understudy.repository.SnapshotBlobs;
import io.understudy.repository.SnapshotId;
import io.understudy.repository.key.TrustedKeys;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Whether all that manifests name is there. Remembers what each named, so that it can be asked after every step. */
final class Whole {
    private final Filestore filestore;
    private final Map<SnapshotId, Set<String>> named = new HashMap<>();

    /** @param filestore without faults: the truth */
    Whole(Filestore filestore) {
        this.filestore = filestore;
    }

    void check() {
        Repository repository = repository();
        Set<String> there = keys();
        for (SnapshotId snapshot : repository.list()) {
            assertThat(there).as("%s", snapshot).containsAll(named(repository, snapshot));
        }
    }

    /** The keys of all blobs that some manifest names. */
    Set<String> needed() {
        Repository repository = repository();
        Set<String> needed = new HashSet<>();
        repository.list().forEach(snapshot -> needed.addAll(named(repository, snapshot)));
        return needed;
    }

    Set<String> blobs() {
        return keys().stream().filter(key -> key.startsWith("blobs/")).collect(Collectors.toSet());
    }

    private Set<String> named(Repository repository, SnapshotId snapshot) {
        return named.computeIfAbsent(snapshot, id -> {
            Manifest manifest = repository.read(id);
            Set<String> keys = new HashSet<>();
            SnapshotBlobs.forEach(
                    manifest,
                    repository.blobs(),
                    part -> keys.add(part.blob().id().key()));
            return keys;
        });
    }

    private Repository repository() {
        return Repository.open(filestore, Server.SITE, TrustedKeys.of(Server.KEY.publicKey()));
    }

    private Set<String> keys() {
        try (Stream<ObjectInfo> all = filestore.list("", "")) {
            return all.map(ObjectInfo::key).collect(Collectors.toSet());
        }
    }
}
