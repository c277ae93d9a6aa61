package io.understudy.history;

import io.understudy.config.HistorySettings;
import io.understudy.config.NearestName;
import io.understudy.config.RowLink;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.List;

/** The links of {@code history.links}, compared with the database. */
final class ConfiguredLinks {
    private final LiveTables tables;

    ConfiguredLinks(LiveTables tables) {
        this.tables = tables;
    }

    /** @throws UnderstudyException {@code CONFIG_INVALID} where one names what is not there */
    List<Link> of(HistorySettings settings) {
        return settings.links().stream()
                .map(link -> new Link(
                        link.toString(),
                        require(link, link.from()),
                        List.of(link.from().name()),
                        List.of(require(link, link.to())),
                        List.of(link.to().name()),
                        List.of(),
                        true,
                        false,
                        false))
                .toList();
    }

    private TableRef require(RowLink link, RowLink.Column column) {
        TableRef ref = new TableRef(column.schema(), column.table());
        LiveTable table = tables.find(ref)
                .orElseThrow(() -> invalid(link, "the database has no table " + ref, ref.toString(), tables.names()));
        if (!table.columns().contains(column.name())) {
            throw invalid(link, ref + " has no column " + column.name(), column.name(), table.columns());
        }
        return ref;
    }

    private static UnderstudyException invalid(RowLink link, String why, String name, List<String> names) {
        return new UnderstudyException(
                ErrorCode.CONFIG_INVALID,
                "cannot follow link " + link + " of history.links: " + why,
                NearestName.of(name, names)
                        .filter(near -> !near.equals(name))
                        .map(near -> "did you mean " + near + "?")
                        .orElse("write it as table.column or schema.table.column"));
    }
}
