package io.understudy.replica.load;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.postgres.Database;
import io.understudy.postgres.DatabaseErrors;
import io.understudy.postgres.Session;
import io.understudy.postgres.Sql;
import io.understudy.repository.DatabaseData;
import io.understudy.repository.DatabaseData.SequenceData;
import io.understudy.repository.blob.BlobSource;
import io.understudy.repository.blob.ListDelta;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Sets the sequences of the spare database, whose schema is restored, to the values of the snapshot. */
final class SequenceLoader {
    private static final int BATCH = 200;

    private final Database database;
    private final String spare;

    SequenceLoader(Database database, String spare) {
        this.database = database;
        this.spare = spare;
    }

    /**
     * @throws UnderstudyException {@code LOAD_FAILED} when one is not there, or cannot have its value; those of blobs
     *     and sessions
     */
    void load(DatabaseData data, BlobSource blobs) {
        load(data.sequences(blobs));
    }

    /** As {@link #load(DatabaseData, BlobSource)}, where the sequences have the values of an older snapshot. */
    void loadChanged(DatabaseData before, DatabaseData after, BlobSource blobs) {
        ListDelta delta = ListDelta.between(before.sequences(), after.sequences(), blobs);
        Set<SequenceData> known = new HashSet<>();
        try (Stream<SequenceData> olds = DatabaseData.sequences(delta.before(), blobs)) {
            olds.forEach(known::add);
        }
        List<SequenceData> changed;
        try (Stream<SequenceData> news = DatabaseData.sequences(delta.after(), blobs)) {
            changed = news.filter(each -> !known.contains(each)).toList();
        }
        if (!changed.isEmpty()) {
            load(changed.stream());
        }
    }

    private void load(Stream<SequenceData> values) {
        try (Session session = database.open(spare);
                Stream<SequenceData> sequences = values) {
            Iterator<SequenceData> all = sequences.iterator();
            while (all.hasNext()) {
                StringBuilder batch = new StringBuilder();
                for (int i = 0; i < BATCH && all.hasNext(); i++) {
                    batch.append(setting(all.next()));
                }
                set(session, batch.toString());
            }
        }
    }

    private static String setting(SequenceData sequence) {
        return "SELECT pg_catalog.setval(" + Sql.literal(Sql.qualified(sequence.schema(), sequence.name())) + ", "
                + sequence.value() + ", " + sequence.called() + ");";
    }

    private static void set(Session session, String statements) {
        try {
            session.execute(statements);
        } catch (UnderstudyException e) {
            if (!DatabaseErrors.refuses(e)) {
                throw e;
            }
            throw new UnderstudyException(
                    ErrorCode.LOAD_FAILED, "cannot set the sequences: " + e.getMessage(), e.hint(), e);
        }
    }
}
