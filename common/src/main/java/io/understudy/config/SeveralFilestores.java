package io.understudy.config;

import io.understudy.config.Settings.CommitRule;
import io.understudy.config.Settings.NamedFilestore;
import java.util.List;

/**
 * The filestores of a site that has more than one.
 *
 * @param stores at least two, each without others of its own; the first is the main one
 */
public record SeveralFilestores(CommitRule commit, List<NamedFilestore> stores) {
    public SeveralFilestores {
        stores = List.copyOf(stores);
    }
}
