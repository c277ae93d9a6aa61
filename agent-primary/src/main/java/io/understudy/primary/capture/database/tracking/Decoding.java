package io.understudy.primary.capture.database.tracking;

import io.understudy.postgres.SiteCode.TableName;
import io.understudy.primary.capture.database.tracking.ChangeText.Change;
import io.understudy.primary.capture.database.tracking.ChangeText.NotUnderstood;
import java.util.Optional;

/**
 * Reads decoded transactions in the order of their commits. What the base saw already is passed over; of the rest the
 * keys are kept. A transaction that was read but that the moment does not see belongs to the next snapshot too, so the
 * slot stays before the first of those. Not thread-safe.
 */
final class Decoding implements DecodedLines.Reader {
    static final String MARK_PREFIX = "understudy";

    private static final String BEGIN = "BEGIN ";
    private static final String COMMIT = "COMMIT ";
    private static final String MESSAGE = "message: ";
    private static final String MARK = "message: transactional: 1 prefix: " + MARK_PREFIX + ", sz: ";
    private static final String CONTENT = " content:";

    private final Optional<SeenTransactions> base;
    private final SeenTransactions moment;
    private final ChangedKeys keys;
    private final String baseMark;
    private final String ownMark;
    private boolean inTransaction;
    private boolean passedOver;
    private boolean seen;
    private String lastChange = "";
    private String lastCommit = "";
    private String firstUnseen = "";
    private boolean foundBase;
    private boolean foundOwn;
    private String fault = "";

    /**
     * @param base what the snapshot before saw; empty when there is none to build on
     * @param baseMark that it wrote
     * @param ownMark that was written after this moment was frozen
     */
    Decoding(
            Optional<SeenTransactions> base,
            String baseMark,
            SeenTransactions moment,
            String ownMark,
            ChangedKeys keys) {
        this.base = base;
        this.baseMark = baseMark;
        this.moment = moment;
        this.ownMark = ownMark;
        this.keys = keys;
    }

    @Override
    public void line(String lsn, String data, boolean cut) {
        try {
            read(lsn, data, cut);
        } catch (NotUnderstood e) {
            fault = fault.isEmpty() ? "a decoded line is not understood: " + e.getMessage() : fault;
        }
    }

    private void read(String lsn, String data, boolean cut) throws NotUnderstood {
        if (data.startsWith(BEGIN)) {
            begin(number(data, BEGIN));
        } else if (data.startsWith(COMMIT)) {
            number(data, COMMIT);
            commit(lsn);
        } else if (!inTransaction && !data.startsWith(MESSAGE)) {
            throw new NotUnderstood("it is in no transaction");
        } else {
            lastChange = inTransaction ? lsn : lastChange;
            if (ChangeText.isChange(data)) {
                change(data, cut);
            } else if (data.startsWith(MESSAGE)) {
                message(data);
            } else {
                throw new NotUnderstood("it begins with no word that is known");
            }
        }
    }

    private static long number(String data, String word) throws NotUnderstood {
        try {
            return Long.parseLong(data.substring(word.length()));
        } catch (NumberFormatException e) {
            throw new NotUnderstood("the number of a transaction");
        }
    }

    private void begin(long xid) throws NotUnderstood {
        if (inTransaction) {
            throw new NotUnderstood("a transaction begins in another");
        }
        inTransaction = true;
        lastChange = "";
        seen = moment.sees(xid);
        passedOver = base.isEmpty() || base.get().sees(xid);
    }

    private void commit(String lsn) throws NotUnderstood {
        if (!inTransaction) {
            throw new NotUnderstood("a transaction ends that did not begin");
        }
        inTransaction = false;
        if (!seen && firstUnseen.isEmpty()) {
            firstUnseen = lastChange;
        }
        lastCommit = lsn;
    }

    private void change(String data, boolean cut) throws NotUnderstood {
        if (passedOver) {
            return;
        }
        if (cut) {
            keys.whole(ChangeText.tableOf(data), "a changed row is longer than " + DecodedLines.LONGEST + " bytes");
            return;
        }
        Change change = ChangeText.parse(data);
        for (TableName table : change.tables()) {
            keys.add(table, change);
        }
    }

    private void message(String data) {
        if (data.startsWith(MARK)) {
            String content = data.substring(data.indexOf(CONTENT) + CONTENT.length());
            foundBase |= content.equals(baseMark);
            foundOwn |= content.equals(ownMark);
        }
    }

    /** Why no table can rely on what was read; empty when all can. */
    Optional<String> fault() {
        if (!fault.isEmpty()) {
            return Optional.of(fault);
        }
        if (base.isEmpty()) {
            return Optional.of("there is no snapshot to build on");
        }
        if (!foundBase) {
            return Optional.of("the log does not hold the mark of the snapshot before");
        }
        return foundOwn && !inTransaction ? Optional.empty() : Optional.of("the log was not read to its end");
    }

    /** From where the next snapshot reads; empty: from where this one did. */
    Optional<String> position() {
        if (!fault.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(firstUnseen.isEmpty() ? lastCommit : firstUnseen).filter(lsn -> !lsn.isEmpty());
    }
}
