package io.understudy.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * MySQL of Debian's unstable release, which {@code deploy/setup mysql} unpacks with that release's libraries; with
 * {@code -Dunderstudy.mysql=mysql80} a server of 8.0 with the same programs. It writes a binary log with identifiers of
 * transactions, as the server does unless set.
 */
public final class MysqlServer extends SqlServer {
    private MysqlServer(Path folder, List<String> arguments) {
        super(folder, tools().resolve("mysql").toString(), arguments);
    }

    /** Folder of its programs; the calling test is skipped, and says so, where they are not here. */
    public static Path tools() {
        String server = System.getProperty("understudy.mysql", "mysql");
        return TestTools.packages(server, server).resolve("bin");
    }

    private static final class Shared {
        static final MysqlServer SERVER = start();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(SERVER::close, "mysql-cleanup"));
        }
    }

    /** The server of this JVM; never stop it. */
    public static MysqlServer shared() {
        return Shared.SERVER;
    }

    /** A server of the caller's own. */
    public static MysqlServer start() {
        Path tools = tools();
        Path folder = folder("understudy-mysql");
        List<String> server = new ArrayList<>(List.of(tools.resolve("mysqld").toString()));
        server.addAll(places(folder));
        server.addAll(List.of(
                "--basedir=" + tools.resolveSibling("root/usr"),
                "--loose-innodb-redo-log-capacity=8M",
                "--mysqlx=OFF",
                "--secure-file-priv=NULL"));
        List<String> install = new ArrayList<>(server);
        install.add("--initialize-insecure");
        run(install);
        return new MysqlServer(folder, server);
    }
}
