package io.understudy.history;

import io.understudy.browse.SnapshotReader;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.ErasureHash;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What this server knows of rows that were erased: its own list, and those that servers of the site published. */
public final class ErasedRows {
    private static final Logger LOG = LoggerFactory.getLogger(ErasedRows.class);

    private final Settings settings;
    private final SnapshotReader reader;
    private final Consumer<String> warning;

    private ErasedRows(Settings settings, SnapshotReader reader, Consumer<String> warning) {
        this.settings = settings;
        this.reader = reader;
        this.warning = warning;
    }

    /**
     * @param included whether they are asked for: then none is left out, and nothing is read
     * @param warning receives what cannot be read, and what is passed over
     * @throws UnderstudyException where rows are erased by a rule and none of both can be read: what is restored could
     *     have them
     */
    public static ErasedKeys known(
            Settings settings, SnapshotReader reader, boolean included, Consumer<String> warning) {
        return included ? ErasedKeys.none() : new ErasedRows(settings, reader, warning).all();
    }

    /** As {@link #known}, for who works without a person: what cannot be read is logged. */
    public static Function<SnapshotReader, ErasedKeys> logged(Settings settings) {
        return reader -> known(settings, reader, false, text -> LOG.warn(text.replaceFirst("^warning: ", "")));
    }

    private ErasedKeys all() {
        Optional<ErasedKeys> own = Optional.empty();
        UnderstudyException fault = null;
        try {
            own = own();
        } catch (UnderstudyException e) {
            fault = e;
        }
        try {
            ErasedKeys published = reader.erased(junk -> warning.accept("warning: " + junk.text()));
            if (fault != null) {
                say("this server's own list of rows that were erased cannot be read", fault);
            }
            return own.map(published::and).orElse(published);
        } catch (UnderstudyException e) {
            if (own.isEmpty() && erases()) {
                throw new UnderstudyException(
                        e.code(),
                        "cannot find out which rows were erased: " + e.getMessage(),
                        "try again when it can be read; --include-erased brings back rows that were erased, too",
                        e);
            }
            say("which rows other servers erased is not known", e);
            return own.orElse(ErasedKeys.none());
        }
    }

    private void say(String what, UnderstudyException why) {
        warning.accept("warning: " + what + ": " + why.getMessage());
    }

    private boolean erases() {
        return settings.history().tables().stream()
                .anyMatch(rule -> rule.deleted().isPresent());
    }

    /** Empty where this server keeps none. */
    private Optional<ErasedKeys> own() {
        if (!settings.database().isThere() || settings.history().tables().isEmpty()) {
            return Optional.empty();
        }
        Optional<ErasureHash> hash = reader.erasureHash();
        Optional<Session> opened = RevisionTables.open(new Database(settings.database()), settings.site());
        if (opened.isEmpty() || hash.isEmpty()) {
            opened.ifPresent(Session::close);
            return Optional.empty();
        }
        try (Session session = opened.get()) {
            return Optional.of(RowErasure.own(session, hash.get()));
        }
    }

    /** Whether this row of a snapshot was erased since. */
    static boolean has(ErasedKeys erased, StoredRow row, Instant moment) {
        return erased.has(row.table().schema(), row.table().name(), row.fields(row.key()), moment);
    }

    /** What a person reads of rows that were left out; empty where there are none. */
    public static Optional<String> text(TableCount left) {
        return left.rows() == 0
                ? Optional.empty()
                : Optional.of("left out: " + left.rows() + (left.rows() == 1 ? " row" : " rows") + " of " + left.table()
                        + " that " + (left.rows() == 1 ? "was" : "were") + " erased; --include-erased brings "
                        + (left.rows() == 1 ? "it" : "them") + " back");
    }

    /** How many rows of a table. */
    public record TableCount(String table, long rows) {}

    static UnderstudyException erased(TableRef table, String key) {
        return new UnderstudyException(
                ErrorCode.USAGE,
                "cannot restore row " + key + " of " + table + ": it was erased (history.tables[].deleted)",
                "restore-row --include-erased brings it back, where a kept snapshot has it");
    }
}
