package io.understudy.postgres;

import java.util.function.Function;

/**
 * What the startup message of PostgreSQL's programs says, so that their sessions have the settings of ours. Through a
 * pooler in session mode they have only what the programs set themselves: it passes no options on.
 *
 * @param options {@code -c name=value …}, or nothing
 * @param encoding of the client: the database's own, so that nothing is converted
 */
record StartupSettings(String options, String encoding) {
    /** Asks the database each time; so a program reaches no pooler that a session would refuse. */
    static Function<String, StartupSettings> asked(Database database) {
        return name -> {
            try (Session session = database.open(name)) {
                return new StartupSettings(session.options(), session.encoding());
            }
        };
    }
}
