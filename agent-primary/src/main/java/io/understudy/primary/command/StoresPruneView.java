package io.understudy.primary.command;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.understudy.primary.retention.Pruned;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The result of {@code agent-primary prune} with several filestores:
 * {@code {"filestores":[{"filestore":"near","dry_run":false,"kept":9,…}]}}, each as {@link PruneView}.
 */
record StoresPruneView(List<OfStore> filestores) {
    record OfStore(String filestore, @JsonUnwrapped PruneView pruned) {}

    static StoresPruneView of(List<Pruned> pruned) {
        return new StoresPruneView(pruned.stream()
                .map(each -> new OfStore(each.filestore().orElseThrow(), PruneView.of(each)))
                .toList());
    }

    String text() {
        return filestores.stream()
                .map(each ->
                        "filestore " + each.filestore() + "\n" + each.pruned().text())
                .collect(Collectors.joining("\n\n"));
    }
}
