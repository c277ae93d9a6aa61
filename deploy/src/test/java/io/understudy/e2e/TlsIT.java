package io.understudy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Pair;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.Server;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** With certificates the agents speak TLS and both sides prove who they are. */
class TlsIT extends Scenario {
    private static final String CERTIFICATE = """
            set -eu; cd "$1"; name=$2
            openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$name.key" -subj "/CN=$name" -out "$name.csr"
            printf 'subjectAltName=IP:127.0.0.1\\nbasicConstraints=CA:FALSE\\n' >"$name.ext"
            openssl x509 -req -in "$name.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile "$name.ext" -out "$name.pem"
            """;

    private static final String AUTHORITY =
            "set -eu; cd \"$1\"; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out ca.pem -subj /CN=authority -days 2";

    @Test
    void announcementsTravelOverTls() {
        Pair pair = following(false);
        Path folder = Folders.create(pair.home().resolve("tls"));
        shell(AUTHORITY, folder, "");
        for (Server server : new Server[] {pair.primary(), pair.standby()}) {
            shell(CERTIFICATE, folder, server.layout().name());
            server.configure(config -> config.replace("poll: 2s", "poll: 1d")
                    + tls(folder, server.layout().name()));
        }
        pair.primary().startPrimary();
        pair.standby().startReplica();
        pair.primary().site().addNote("over TLS");

        snapshot(pair.primary());

        pair.standby().site().awaitContent(2, 1, FOLLOWS);
        assertThat(pair.standby()
                        .replica("status", "--json")
                        .successful()
                        .json()
                        .isObject())
                .isTrue();
    }

    private static String tls(Path folder, String name) {
        return "tls: {certificate: %s/%s.pem, key: %s/%s.key, ca: %s/ca.pem}\n"
                .formatted(folder, name, folder, name, folder);
    }

    private static void shell(String script, Path folder, String name) {
        Program.of("sh", "-c", script, "sh", folder, name).run(ANSWERS).successful();
    }
}
