package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rows that may need rows of other tables, because storing them runs functions of the site. They are loaded one after
 * the other by name, as pg_restore does; those that were refused are tried again as long as others get in.
 */
final class LateRows {
    private static final Logger LOG = LoggerFactory.getLogger(LateRows.class);
    /** What a function of the site may end with. */
    private static final Set<ErrorCode> REFUSED = EnumSet.of(ErrorCode.LOAD_FAILED, ErrorCode.MISSING_PRIVILEGE);

    private LateRows() {}

    /**
     * @param name by which the order is made
     * @param load stores all of its rows or, when it fails, none
     */
    record Unit(String name, Runnable load) {}

    /** @throws UnderstudyException the first failure of those that are left when no more can be loaded */
    static void load(List<Unit> units) {
        List<Unit> open = new ArrayList<>(units);
        open.sort(Comparator.comparing(Unit::name));
        while (!open.isEmpty()) {
            List<Unit> refused = new ArrayList<>();
            List<UnderstudyException> failures = new ArrayList<>();
            for (Unit unit : open) {
                try {
                    unit.load.run();
                } catch (UnderstudyException e) {
                    if (!REFUSED.contains(e.code())) {
                        throw e;
                    }
                    refused.add(unit);
                    failures.add(e);
                }
            }
            if (refused.size() == open.size()) {
                throw first(failures);
            }
            refused.forEach(unit -> LOG.info("the rows of {} are tried again", unit.name));
            open = refused;
        }
    }

    private static UnderstudyException first(List<UnderstudyException> failures) {
        UnderstudyException first = failures.get(0);
        failures.stream().skip(1).forEach(first::addSuppressed);
        return first;
    }
}
