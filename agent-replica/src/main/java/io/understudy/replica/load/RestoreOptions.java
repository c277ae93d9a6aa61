package io.understudy.replica.load;

import io.understudy.postgres.Session;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What pg_restore is told beyond the section.
 *
 * @param restore of the archive that this is about
 */
record RestoreOptions(ArchiveRestore restore, List<String> arguments) {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreOptions.class);

    /** What every new database has already, and belongs to the server's first superuser. */
    private static final Pattern COMMENT_OF_BUILT_IN = Pattern.compile("^\\d+; \\d+ \\d+ COMMENT - EXTENSION plpgsql ");

    /**
     * @param session of the target server
     * @param single whether everything is to belong to the user that restores
     * @param list where a list of the archive's contents may be written
     */
    static RestoreOptions of(ArchiveRestore restore, Session session, boolean single, Path list) {
        List<String> arguments = new ArrayList<>();
        if (single) {
            arguments.addAll(List.of("--no-owner", "--no-acl"));
        }
        if (single || lacksTablespace(restore, session)) {
            arguments.add("--no-tablespaces");
        }
        if (session.number("SELECT count(*) FROM pg_catalog.pg_roles WHERE rolname = current_user AND rolsuper") == 0) {
            restore.writeList(list, COMMENT_OF_BUILT_IN);
            arguments.add("--use-list=" + list);
        }
        return new RestoreOptions(restore, List.copyOf(arguments));
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
