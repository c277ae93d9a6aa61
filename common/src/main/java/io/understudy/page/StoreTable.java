package io.understudy.page;

import io.understudy.page.Page.Row;
import io.understudy.page.Page.Table;
import io.understudy.repository.StoreState;
import java.util.List;
import java.util.Optional;

/** Several filestores as a table. */
public final class StoreTable {
    private StoreTable() {}

    /** Empty where there is one: the page has a line for it. */
    public static Optional<Table> of(List<StoreState> stores) {
        return stores.isEmpty()
                ? Optional.empty()
                : Optional.of(new Table(
                        "Filestores",
                        List.of("Name", "Place", "Newest", "State"),
                        stores.stream().map(StoreTable::row).toList()));
    }

    private static Row row(StoreState each) {
        return new Row(
                each.isInStep() ? Level.GOOD : each.reachable() ? Level.CAUTION : Level.BAD,
                List.of(
                        each.name(),
                        each.url(),
                        each.newest().map(Object::toString).orElse("none"),
                        state(each) + each.error().map(why -> ": " + why).orElse("")));
    }

    private static String state(StoreState each) {
        if (!each.reachable()) {
            return "can NOT be reached";
        }
        return (each.behind() == 0 ? "up to date" : "behind by " + each.behind())
                + each.closed().map(hours -> ", outside its window " + hours).orElse("");
    }
}
