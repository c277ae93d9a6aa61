package io.understudy.config;

import java.util.List;

/**
 * What the agents know of the history of rows.
 *
 * @param tables whose revisions a standby keeps beyond the snapshots
 * @param links between the site's tables that their foreign keys do not say, in their order
 */
public record HistorySettings(List<HistoryRule> tables, List<RowLink> links) {
    public static final HistorySettings NONE = new HistorySettings(List.of(), List.of());

    public HistorySettings {
        tables = List.copyOf(tables);
        links = List.copyOf(links);
    }
}
