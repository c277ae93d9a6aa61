package io.understudy.replica.load;

import io.understudy.postgres.Session;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The options of pg_restore other than the section.
 *
 * @param contents of the archive, without what this user cannot restore and every new database has
 */
record RestoreOptions(List<String> arguments, List<ArchiveEntry> contents) {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreOptions.class);

    /** What every new database has already, and belongs to the server's first superuser. */
    private static final String COMMENT_OF_BUILT_IN = "COMMENT - EXTENSION plpgsql ";

    /**
     * @param restore of the archive that this is about
     * @param session of the target server
     * @param single whether everything is to belong to the user that restores
     */
    static RestoreOptions of(ArchiveRestore restore, Session session, boolean single) {
        List<String> arguments = new ArrayList<>();
        if (single) {
            arguments.addAll(List.of("--no-owner", "--no-acl"));
        }
        if (single || lacksTablespace(restore, session)) {
            arguments.add("--no-tablespaces");
        }
        List<ArchiveEntry> contents = new ArrayList<>(restore.contents());
        if (!session.isSuperuser()) {
            contents.removeIf(entry -> entry.what().startsWith(COMMENT_OF_BUILT_IN));
        }
        return new RestoreOptions(List.copyOf(arguments), List.copyOf(contents));
    }

    /** Where the data lies is no part of the data: without the tablespace it goes where the database is. */
    private static boolean lacksTablespace(ArchiveRestore restore, Session session) {
        Set<String> lacking = new LinkedHashSet<>(restore.tablespaces());
        session.query("SELECT spcname FROM pg_catalog.pg_tablespace", row -> row.text("spcname"))
                .forEach(lacking::remove);
        if (!lacking.isEmpty()) {
            LOG.warn("this server lacks the tablespaces {}: all goes into the default one", lacking);
        }
        return !lacking.isEmpty();
    }
}
