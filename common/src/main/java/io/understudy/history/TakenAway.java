package io.understudy.history;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.List;
import java.util.function.Consumer;

/** Rows that the database says it stored, and that a trigger or rule of the site did not let come or change. */
final class TakenAway {
    private static final int MOST_NAMED = 100;

    private TakenAway() {}

    /**
     * @param asked the row that was asked for
     * @param written what was noted of the rows that were written
     * @throws UnderstudyException {@code USAGE} where it is not there: success would look as if it was back
     */
    static void requireThere(Member asked, List<NotedRow> written) {
        if (written.stream().anyMatch(each -> isSo(each) && each.id().equals(asked.sought()))) {
            throw new UnderstudyException(
                    ErrorCode.USAGE,
                    "cannot restore " + asked.id()
                            + ": a trigger or rule of its table took it away, or kept it as it was",
                    "let the site do it, or let database.user set session_replication_role");
        }
    }

    /** Names the others. Of a table without a key it may also have been changed. */
    static void warn(List<NotedRow> written, Consumer<String> say) {
        written.stream()
                .filter(TakenAway::isSo)
                .limit(MOST_NAMED)
                .forEach(each -> say.accept("warning: " + each.id() + " is not back"
                        + (each.keyed() ? "" : " as it was") + ": a trigger or rule of its table took it away"
                        + (each.keyed() ? ", or kept it as it was" : " or changed it")));
    }

    /** Only what differs is written: a row that is as it was before was not. */
    private static boolean isSo(NotedRow row) {
        return row.after().isEmpty() || row.after().equals(row.before().map(NotedRow::digests));
    }
}
