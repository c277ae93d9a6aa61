package io.understudy.deployments;

import io.understudy.hosts.TestHost;
import io.understudy.rehearsal.Deadline;
import io.understudy.testing.MariadbServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** MariaDB on a test host, with the shipped settings, at its usual socket. */
final class Mariadb {
    private static final Duration STARTS = Duration.ofSeconds(180);

    private final TestHost host;

    private Mariadb(TestHost host) {
        this.host = host;
    }

    /** Skips the calling test where it is not here. */
    static void require() {
        Assumptions.assumeTrue(MariadbServer.installed(), "MariaDB is not here: run deploy/setup test");
    }

    /** Makes a server and starts it. */
    static Mariadb start(TestHost host, Example example) {
        Mariadb mariadb = new Mariadb(host);
        host.write(
                "/etc/understudy-mariadb.cnf",
                example.text("mariadb.conf")
                        + "user = root\ndatadir = /var/lib/mysql\nsocket = /run/mysqld/mysqld.sock\nskip_networking\n"
                        + "innodb_buffer_pool_size = 16M\ninnodb_log_file_size = 8M\ninnodb_flush_log_at_trx_commit = 2\n");
        host.shell("mkdir -p /run/mysqld /var/lib/mysql;"
                + " mariadb-install-db --no-defaults --user=root --datadir=/var/lib/mysql --skip-test-db"
                + " --auth-root-authentication-method=normal >/dev/null");
        host.program(Map.of(), "/usr/sbin/mariadbd", "--defaults-file=/etc/understudy-mariadb.cnf")
                .start(host.path("/var/log/mariadb.log"));
        Deadline.await(
                "MariaDB of " + host + " answers",
                STARTS,
                () -> host.run("mariadb", "--no-defaults", "-u", "root", "-e", "SELECT 1")
                                .exitCode()
                        == 0);
        return mariadb;
    }

    /** Rows as lines, columns separated by tabs. */
    List<String> query(String sql) {
        return host.run("mariadb", "--no-defaults", "-u", "root", "--batch", "--skip-column-names", "-e", sql)
                .successful()
                .output()
                .lines()
                .toList();
    }
}
