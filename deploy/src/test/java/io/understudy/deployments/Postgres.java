package io.understudy.deployments;

import io.understudy.hosts.TestHost;
import io.understudy.rehearsal.Keys;
import io.understudy.rehearsal.PostgresServer;
import java.util.List;

/** PostgreSQL on a test host, on its usual port, with the shipped settings. */
final class Postgres {
    private static final String START = """
            as="setpriv --reuid=postgres --regid=postgres --init-groups --"
            install -d -o postgres -g postgres /var/lib/postgresql
            $as "$1/initdb" -D /var/lib/postgresql/data -U postgres -E UTF8 --locale=C.UTF-8 --auth=trust --no-sync --no-instructions >/dev/null
            cat /etc/understudy-postgresql.conf >>/var/lib/postgresql/data/postgresql.conf
            printf 'host all postgres 127.0.0.1/32 trust\\nhost all all 127.0.0.1/32 scram-sha-256\\n' >/var/lib/postgresql/data/pg_hba.conf
            $as "$1/pg_ctl" start -s -w -t 120 -D /var/lib/postgresql/data -l /var/lib/postgresql/log
            """;

    private final TestHost host;
    private final String tools;
    private final int version;

    private Postgres(TestHost host, String tools, int version) {
        this.host = host;
        this.tools = tools;
        this.version = version;
    }

    /** Makes a cluster and starts it. */
    static Postgres start(TestHost host, Example example) {
        List<Integer> versions = PostgresServer.versions();
        int newest = versions.get(versions.size() - 1);
        Postgres postgres = new Postgres(host, "/usr/lib/postgresql/" + newest + "/bin", newest);
        host.write(
                "/etc/understudy-postgresql.conf",
                example.text("postgresql.conf") + "unix_socket_directories = ''\nfsync = off\nshared_buffers = 32MB\n");
        host.shell(START, postgres.tools);
        return postgres;
    }

    /** The role of the site and of the agents. */
    void createRole(String password) {
        execute("postgres", "CREATE ROLE site LOGIN CREATEDB REPLICATION PASSWORD '" + Keys.verifier(password) + "'");
        if (version >= 15) {
            execute("postgres", "GRANT SET ON PARAMETER session_replication_role TO site");
        }
    }

    void execute(String database, String sql) {
        query(database, sql);
    }

    /** Rows as lines, as psql prints them unaligned. */
    List<String> query(String database, String sql) {
        return host.run(
                        tools + "/psql",
                        "-h",
                        "127.0.0.1",
                        "-U",
                        "postgres",
                        "-qAtX",
                        "-v",
                        "ON_ERROR_STOP=1",
                        "-d",
                        database,
                        "-c",
                        sql)
                .successful()
                .output()
                .lines()
                .toList();
    }
}
