package io.understudy.testing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/** pg_dump's text, made comparable: equal databases give equal texts. */
final class DumpText {
    private static final Pattern PSQL = Pattern.compile("\\\\(restrict|unrestrict|connect|encoding)\\b.*");
    private static final Pattern VERSION = Pattern.compile("-- Dumped (from|by) .*");

    private DumpText() {}

    static String normalised(String dump, String database) {
        List<String> lines = new ArrayList<>();
        List<String> rows = null;
        for (String line : dump.split("\n", -1)) {
            if (rows != null) {
                if (line.equals("\\.")) {
                    Collections.sort(rows);
                    lines.addAll(rows);
                    lines.add(line);
                    rows = null;
                } else {
                    rows.add(line);
                }
            } else if (!PSQL.matcher(line).matches() && !VERSION.matcher(line).matches()) {
                lines.add(unnamed(line, database));
                rows = line.startsWith("COPY ") && line.endsWith(" FROM stdin;") ? new ArrayList<>() : null;
            }
        }
        return String.join("\n", lines);
    }

    /** Takes the database's own name out of a statement about the database. */
    private static String unnamed(String line, String database) {
        if (line.startsWith("-- Name: ")) {
            return line.replace(PostgresServer.quoted(database), "<database>").replace(database, "<database>");
        }
        return line.replace("DATABASE " + database, "DATABASE <database>")
                .replace("DATABASE " + PostgresServer.quoted(database), "DATABASE <database>");
    }
}
