package io.understudy.databases;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.List;
import java.util.function.Supplier;

/** MySQL from 8.0 on, whose {@code RENAME TABLE} is done as a whole. */
final class MysqlDialect implements Dialect {
    private static final String OLDEST = "8.0";

    @Override
    public String client() {
        return "mysql";
    }

    /** The first is what MySQL's own tools use for what they do not trust: of its commands two are left. */
    @Override
    public List<String> clientOptions() {
        return List.of("--binary-mode", "--local-infile=OFF");
    }

    @Override
    public String dumper() {
        return "mysqldump";
    }

    /**
     * What belongs to the server stays out of the dump of a schema: identifiers of transactions, tablespaces, policies.
     * Statistics are the server's to make again.
     */
    @Override
    public List<String> dumperOptions() {
        return List.of(
                "--set-gtid-purged=OFF",
                "--no-tablespaces",
                "--column-statistics=OFF",
                "--loose-skip-masking-policies");
    }

    @Override
    public String requireServer(List<String> said) {
        ServerVersion server = ServerVersion.of(said);
        if (server.isMariadb()) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "the preset mysql is for MySQL, and this server is " + server + " (did you mean preset mariadb?)",
                    "set databases[].preset: mariadb");
        }
        if (ServerVersion.numbers(server.version())
                .filter(numbers -> !ServerVersion.isOlder(numbers, 8, 0))
                .isEmpty()) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "the preset mysql is for MySQL " + OLDEST + " and later, whose RENAME TABLE a crash leaves done or"
                            + " not done, and this server is " + server,
                    "upgrade the server, or leave preset out and set commands of your own for it (databases[].dump,"
                            + " restore, swap, undo, drop)");
        }
        return server.version();
    }

    /** MariaDB's programs have this name too, and write another dump. */
    @Override
    public void requireDumper(Supplier<String> version) {
        String said = version.get().strip();
        if (ServerVersion.namesMariadb(said)) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "the preset mysql needs MySQL's programs, and mysqldump is MariaDB's: " + said,
                    "install MySQL's client programs, and name their folder in databases[].tools where it is not the"
                            + " first of PATH");
        }
    }

    /** {@code 'it''s'} is shown as {@code 'it's'}. */
    @Override
    public boolean showsCodeAsWritten() {
        return false;
    }

    @Override
    public String libraries() {
        return "LIBRARIES";
    }
}
