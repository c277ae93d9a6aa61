package io.understudy.databases;

import io.understudy.config.OtherDatabase.Server;
import java.util.List;
import java.util.function.Supplier;

/** In what the servers differ whose schemas change places by one {@code RENAME TABLE}. */
interface Dialect {
    static Dialect of(Server server) {
        return switch (server) {
            case MARIADB -> new MariadbDialect();
            case MYSQL -> new MysqlDialect();
        };
    }

    /** The program that runs statements. */
    String client();

    /** What a dump brings may not run a program or read a file, where the client is new enough to keep it from that. */
    List<String> clientOptions();

    /** The program that writes a dump. */
    String dumper();

    /** Of each call. */
    List<String> dumperOptions();

    /**
     * @param said the server's answer to {@link ServerVersion#QUERY}, line by line
     * @return its version
     * @throws io.understudy.failure.UnderstudyException {@code CONFIG_INVALID} where it is another server
     */
    String requireServer(List<String> said);

    /**
     * @param version what the dumper says of itself; asked only where that matters
     * @throws io.understudy.failure.UnderstudyException {@code CONFIG_INVALID} where it is another server's
     */
    default void requireDumper(Supplier<String> version) {}

    /** @throws io.understudy.failure.UnderstudyException {@code DATABASE_FAILED} where this version renames in parts */
    default void requireAtomicRename(String version) {}

    /** Whether {@code information_schema} has code as its author wrote it, or what is text in it cannot be known. */
    default boolean showsCodeAsWritten() {
        return true;
    }

    /** The view of {@code information_schema} that lists a schema's libraries, in servers new enough; empty: none. */
    default String libraries() {
        return "";
    }
}
