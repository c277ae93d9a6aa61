package io.understudy.e2e;

import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One authority and a certificate for each of two servers, as an operator makes them with openssl. */
record Certificates(Path folder) {
    private static final Duration LIMIT = Duration.ofSeconds(180);

    private static final String CERTIFICATE = """
            set -eu; cd "$1"; name=$2
            openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$name.key" -subj "/CN=$name" -out "$name.csr"
            printf 'subjectAltName=IP:127.0.0.1,DNS:%s\\nbasicConstraints=CA:FALSE\\n' "$4" >"$name.ext"
            # Releases from 3.4 on take no end before the beginning, and older ones take only days.
            lasting="-days $3"
            [ "$3" -gt 0 ] || ! openssl x509 -help 2>&1 | grep -q -e -not_after || lasting="-not_before 20200101000000Z -not_after 20200102000000Z"
            openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial $lasting -extfile "$name.ext" -out "$name.pem"
            """;

    private static final String AUTHORITY =
            "set -eu; cd \"$1\"; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -subj /CN=authority -days 2";

    /** Makes them, and writes them into the configuration of both. */
    static Certificates install(ServerPair pair) {
        Certificates made = new Certificates(Folders.create(pair.home().resolve("tls")));
        shell(AUTHORITY, made.folder);
        for (Server server : new Server[] {pair.primary(), pair.standby()}) {
            String name = server.layout().name();
            made.issue(name);
            server.configure(config -> config + made.settings(name));
        }
        return made;
    }

    /** A new key and certificate under the names of the old. */
    void issue(String name) {
        issue(name, name, 2);
    }

    /** The same, for so many days. */
    void issueForDays(String name, int days) {
        issue(name, name, days);
    }

    /** The same, which ended yesterday. */
    void issueExpired(String name) {
        issue(name, name, -1);
    }

    /** The same, for other names. @param names as {@code a,IP:192.0.2.1} */
    void issueFor(String name, String names) {
        issue(name, names, 2);
    }

    /** The same, for the right name, of a stranger's authority. */
    void issueOfAnotherAuthority(String name) {
        Certificates stranger = new Certificates(Folders.create(folder.resolve("stranger")));
        shell(AUTHORITY, stranger.folder);
        stranger.issue(name);
        shell("cp \"$1/$2.key\" \"$1/$2.pem\" \"$3\"", stranger.folder, name, folder.toString());
    }

    /** A program that makes a handshake with the certificate of this name, whatever its own check says of it. */
    Program caller(String name, String target) {
        return Program.of(
                "sh",
                "-c",
                "sleep 2 | openssl s_client -connect \"$3\" -alpn h2 -cert \"$1/$2.pem\" -key \"$1/$2.key\" -CAfile \"$1/ca.pem\"",
                "sh",
                folder,
                name,
                target);
    }

    /** Takes the certificate of a server away. */
    void remove(String name) {
        shell("rm \"$1/$2.pem\"", folder, name);
    }

    private void issue(String file, String name, int days) {
        shell(CERTIFICATE, folder, file, Integer.toString(days), name);
    }

    private String settings(String name) {
        return "tls: {certificate: %s/%s.pem, key: %s/%s.key, ca: %s/ca.pem}\n"
                .formatted(folder, name, folder, name, folder);
    }

    private static void shell(String script, Path folder, String... words) {
        List<Object> arguments = new ArrayList<>(List.of("-c", script, "sh", folder));
        arguments.addAll(List.of(words));
        Program.of("sh", arguments.toArray()).run(LIMIT).successful();
    }
}
