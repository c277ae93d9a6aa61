package io.understudy.databases;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.List;

/** MariaDB, whose programs have names of their own since 10.5. */
final class MariadbDialect implements Dialect {
    private static final String OLDEST = "10.6";

    @Override
    public String client() {
        return "mariadb";
    }

    @Override
    public List<String> clientOptions() {
        return List.of("--loose-sandbox");
    }

    @Override
    public String dumper() {
        return "mariadb-dump";
    }

    @Override
    public List<String> dumperOptions() {
        return List.of();
    }

    /** MySQL numbers its versions otherwise, and its programs and rights are others. */
    @Override
    public String requireServer(List<String> said) {
        ServerVersion server = ServerVersion.of(said);
        if (!server.isMariadb()) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "the preset mariadb is for MariaDB, and this server is " + server
                            + ", as MySQL and its relatives name themselves (did you mean preset mysql?)",
                    "set databases[].preset: mysql");
        }
        return server.version();
    }

    /** Older ones leave a {@code RENAME TABLE} half done in a crash. */
    @Override
    public void requireAtomicRename(String version) {
        int[] numbers = ServerVersion.numbers(version)
                .orElseThrow(() -> new UnderstudyException(
                        ErrorCode.DATABASE_FAILED,
                        "cannot make schemas live on MariaDB " + version + ": its version is no number",
                        "a standby needs MariaDB " + OLDEST + " or later"));
        if (ServerVersion.isOlder(numbers, 10, 6)) {
            throw new UnderstudyException(
                    ErrorCode.DATABASE_FAILED,
                    "cannot make schemas live on MariaDB " + version + ": it is older than " + OLDEST
                            + ", whose RENAME TABLE a crash leaves done or not done",
                    "upgrade it to MariaDB " + OLDEST + " or later");
        }
    }
}
