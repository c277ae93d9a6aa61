package io.understudy.history;

import io.understudy.browse.SnapshotReader;
import io.understudy.config.Settings;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.Session;
import io.understudy.repository.ErasedKeys;
import io.understudy.repository.ErasureHash;
import io.understudy.repository.Erasures.Remembered;
import io.understudy.time.Moments;
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
    private final String without;
    private final Consumer<String> warning;

    /** @param without how it is done without that knowledge, for a person */
    private ErasedRows(Settings settings, SnapshotReader reader, String without, Consumer<String> warning) {
        this.settings = settings;
        this.reader = reader;
        this.without = without;
        this.warning = warning;
    }

    /**
     * @param included whether they are asked for: then none is left out, and nothing is read
     * @param warning receives what cannot be read, and what is passed over
     * @throws UnderstudyException where rows are erased by a rule and neither list can be read, nor what this server
     *     remembers of the published ones: what is restored could have them
     */
    public static ErasedKeys known(
            Settings settings, SnapshotReader reader, boolean included, Consumer<String> warning) {
        String without = "--include-erased brings back rows that were erased, too";
        return included ? ErasedKeys.none() : new ErasedRows(settings, reader, without, warning).all();
    }

    /** As {@link #known}, for an import to what is live, which never has them. */
    public static ErasedKeys ofImport(Settings settings, SnapshotReader reader, Consumer<String> warning) {
        String without =
                "restore ID --to database:NAME --include-erased restores it next to what is live, with rows that"
                        + " were erased";
        return new ErasedRows(settings, reader, without, warning).all();
    }

    /** As {@link #ofImport}, for who works without a person: what cannot be read is logged. */
    public static Function<SnapshotReader, ErasedKeys> logged(Settings settings) {
        return reader -> ofImport(settings, reader, text -> LOG.warn(text.replaceFirst("^warning: ", "")));
    }

    private ErasedKeys all() {
        Optional<ErasedKeys> own = Optional.empty();
        UnderstudyException fault = null;
        try {
            own = own();
        } catch (UnderstudyException e) {
            fault = e;
        }
        ErasedKeys others;
        try {
            others = reader.erased(junk -> warning.accept("warning: " + junk.text()));
            // A list may be gone, or stand in a filestore alone that is away.
            others = remembered(Optional.empty())
                    .map(Remembered::erased)
                    .map(others::and)
                    .orElse(others);
        } catch (UnderstudyException e) {
            if (e.code() == ErrorCode.CANCELLED) {
                throw e;
            }
            others = withoutFilestore(own, e);
        }
        if (fault != null) {
            say("this server's own list of rows that were erased cannot be read", fault);
        }
        return own.map(others::and).orElse(others);
    }

    /** What this server remembers of the lists of all servers; none where its own list has to do. */
    private ErasedKeys withoutFilestore(Optional<ErasedKeys> own, UnderstudyException away) {
        Optional<Remembered> remembered = remembered(Optional.of(away));
        if (remembered.isPresent()) {
            say(
                    "rows that were erased up to "
                            + Moments.text(remembered.get().read())
                            + " are left out, as this server remembers them; which ones other servers erased since is"
                            + " not known",
                    away);
            return remembered.get().erased();
        }
        if (own.isEmpty() && erases()) {
            throw new UnderstudyException(
                    away.code(),
                    "cannot find out which rows were erased: " + away.getMessage(),
                    "try again when it can be read; " + without,
                    away);
        }
        say("which rows other servers erased is not known", away);
        return ErasedKeys.none();
    }

    /** A damaged copy is none: the next reading replaces it. */
    private Optional<Remembered> remembered(Optional<UnderstudyException> away) {
        try {
            return reader.erasedRemembered();
        } catch (UnderstudyException e) {
            away.ifPresent(failure -> failure.addSuppressed(e));
            say("what this server remembers of rows that were erased cannot be read", e);
            return Optional.empty();
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
