package io.understudy.replica.round;

import com.fasterxml.jackson.annotation.JsonValue;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.time.Moments;
import java.time.Instant;
import java.util.Locale;

/**
 * Something that this replica remembers and that the server contradicts.
 *
 * @param code the stable code under which it is reported
 * @param message what is wrong, one sentence
 * @param hint how it is repaired, or what the operator can do
 */
public record Discrepancy(Subject subject, String code, String message, String hint) {
    /** What was looked at, by weight. */
    public enum Subject {
        /** The database server does not answer, or does not let itself be looked at. */
        SERVER,
        /** The live database is gone, is another one, or lacks tables or rows. */
        DATABASE,
        /** Files, folders or links of a tree are gone, or a database that is no PostgreSQL's. */
        FILES,
        /** The mirror does not hold the snapshot that is live. */
        MIRROR,
        /** The database that was loaded ahead is gone, or holds something else. */
        AHEAD,
        /** What a rollback needs is gone. */
        PREVIOUS,
        /** The marker does not name what is live. */
        MARKER,
        /** Another standby has this one's name. */
        NAME,
        /** The repository is older than this server, or holds objects that no trusted agent wrote. */
        REPOSITORY;

        @JsonValue
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static Discrepancy of(Subject subject, ErrorCode code, String message, String hint) {
        return new Discrepancy(subject, code.label(), message, hint);
    }

    /** @param when the other standby reported last */
    public static Discrepancy namesake(String name, Instant when) {
        return of(
                Subject.NAME,
                ErrorCode.CONFIG_INVALID,
                "another standby is named " + name + " too, and reported at " + Moments.text(when)
                        + ": each replaces the other's report, so retention may delete what this one holds",
                "give each standby its own replica.name, and a cloned server a state folder of its own");
    }

    /** What a look at the repository found. */
    public static Discrepancy inRepository(UnderstudyException found) {
        return of(Subject.REPOSITORY, found.code(), found.getMessage(), found.hint());
    }

    /** Whether the site does not have what was applied: the standby can't take over as it is. */
    public boolean breaksSite() {
        return subject.compareTo(Subject.FILES) <= 0;
    }

    /** Whether loading the applied snapshot again repairs it. */
    public boolean mendedByLoading() {
        return subject == Subject.DATABASE || subject == Subject.FILES;
    }
}
