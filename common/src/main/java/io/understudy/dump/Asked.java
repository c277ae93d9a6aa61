package io.understudy.dump;

import io.understudy.repository.SnapshotId;
import java.util.Optional;

/**
 * What of which snapshot a dump or a database is being made of, for the command that goes on after a crash.
 *
 * @param site whose snapshot it is: those of others have the same numbers
 * @param snapshot that is meant
 * @param name how it was named: {@code latest} may be another one today
 * @param database one of {@code databases}; empty: that of PostgreSQL
 * @param withErased whether rows come back that were erased since
 * @param owner of all that is made; empty: as in the snapshot
 */
record Asked(
        String site,
        SnapshotId snapshot,
        String name,
        Optional<String> database,
        DumpRequest request,
        boolean withErased,
        Optional<String> owner) {
    /** Whether a command that names a snapshot so asks for the same. */
    boolean isSame(Asked wanted) {
        return (name.equals(wanted.name) || snapshot.toString().equals(wanted.name))
                && of(wanted.snapshot, wanted.name).equals(wanted);
    }

    /** The same of another snapshot. */
    Asked of(SnapshotId other, String otherName) {
        return new Asked(site, other, otherName, database, request, withErased, owner);
    }
}
