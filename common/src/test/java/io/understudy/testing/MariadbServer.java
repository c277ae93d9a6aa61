package io.understudy.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Debian's package of MariaDB, which {@code deploy/setup test} installs. */
public final class MariadbServer extends SqlServer {
    private MariadbServer(Path folder, List<String> arguments) {
        super(folder, "mariadb", arguments);
    }

    /** Whether the server's programs are here. */
    public static boolean installed() {
        return Files.isExecutable(Path.of("/usr/sbin/mariadbd"))
                && Files.isExecutable(Path.of("/usr/bin/mariadb-dump"));
    }

    private static final class Shared {
        static final MariadbServer SERVER = start();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(SERVER::close, "mariadb-cleanup"));
        }
    }

    /** The server of this JVM; never stop it. */
    public static MariadbServer shared() {
        return Shared.SERVER;
    }

    /** A server of the caller's own. */
    public static MariadbServer start() {
        Path folder = folder("understudy-mariadb");
        List<String> install = new ArrayList<>(List.of("mariadb-install-db"));
        install.addAll(places(folder));
        install.addAll(List.of("--auth-root-authentication-method=normal", "--skip-test-db"));
        run(install);
        List<String> arguments = new ArrayList<>(List.of("/usr/sbin/mariadbd"));
        arguments.addAll(places(folder));
        arguments.add("--innodb-log-file-size=8M");
        return new MariadbServer(folder, arguments);
    }
}
