package io.understudy.config;

import java.util.List;

/**
 * What {@code restore-row} knows of the site's tables that their foreign keys do not say.
 *
 * @param links in their order
 */
public record HistorySettings(List<RowLink> links) {
    public static final HistorySettings NONE = new HistorySettings(List.of());

    public HistorySettings {
        links = List.copyOf(links);
    }
}
