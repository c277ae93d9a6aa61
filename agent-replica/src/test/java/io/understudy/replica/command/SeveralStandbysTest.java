package io.understudy.replica.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.understudy.cli.Terminal;
import io.understudy.failure.ErrorCode;
import io.understudy.testing.FreePorts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The standbys of two sites in one process, without their databases. */
@Timeout(120)
class SeveralStandbysTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private void configure(String site) throws IOException {
        Path own = Files.createDirectories(folder.resolve("of/" + site));
        Files.createDirectory(own.resolve("store"));
        Files.writeString(
                Files.createDirectories(folder.resolve("sites")).resolve(site + ".yaml"), """
                site: %2$s
                state: %1$s/state
                marker: %1$s/BACKUP
                database: {url: "jdbc:postgresql://127.0.0.1:1/%2$s", user: site}
                trees:
                  - {name: media, kind: files, path: %1$s/media}
                filestore: {url: "file://%1$s/store"}
                signing: {trusted_keys: []}
                primary: {listen: "127.0.0.1:0", http: "127.0.0.1:0"}
                replica: {name: standby, http: "127.0.0.1:0"}
                """.formatted(own, site));
    }

    private int run(String... arguments) {
        Terminal terminal = new Terminal(
                new BufferedReader(new StringReader("")), new PrintWriter(out), new PrintWriter(err), false, false);
        String[] all = new String[arguments.length + 2];
        all[0] = "--config";
        all[1] = folder.resolve("sites").toString();
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return new ReplicaCli(terminal).execute(all);
    }

    @Test
    void bothFollowAndTheListSaysSo() throws Exception {
        configure("blog");
        configure("shop");
        Files.writeString(folder.resolve("sites/faulty.yaml"), "sight: faulty\n");
        int port = FreePorts.next();
        Thread daemons = new Thread(() -> run("run", "--sites-http", "127.0.0.1:" + port));
        daemons.start();
        try {
            await().atMost(Duration.ofMinutes(1))
                    .ignoreExceptions()
                    .until(() -> get(port, "/readyz").startsWith("faulty does not run: "));
            assertThat(get(port, "/metrics"))
                    .contains("understudy_site_up{role=\"replica\",site=\"blog\"} 1.0")
                    .contains("understudy_site_up{role=\"replica\",site=\"shop\"} 1.0")
                    .contains("understudy_site_up{role=\"replica\",site=\"faulty\"} 0.0");
            assertThat(run("status")).isEqualTo(ErrorCode.CONFIG_INVALID.exitCode());
            assertThat(out.toString()).contains("site blog\n", "site faulty\n  error: ", "site shop\n");
            assertThat(run("run", "--site", "shop")).isEqualTo(ErrorCode.LOCKED.exitCode());
        } finally {
            daemons.interrupt();
            daemons.join();
        }
        out.getBuffer().setLength(0);
        run("status", "--json");
        assertThat(out.toString()).contains("\"daemon\":false").doesNotContain("\"daemon\":true");
    }

    @Test
    void whatTwoSitesShareIsSaidByCheck() throws Exception {
        configure("blog");
        configure("shop");
        Path shop = folder.resolve("sites/shop.yaml");
        Files.writeString(shop, Files.readString(shop).replace("of/shop/store", "of/blog/store"));

        assertThat(run("check")).isNotZero();
        assertThat(out.toString()).contains("filestore is filestore of blog: " + folder + "/of/blog/store");
        assertThat(run("run", "--site", "shop")).isEqualTo(ErrorCode.CONFIG_INVALID.exitCode());
        assertThat(run("sync")).isEqualTo(ErrorCode.USAGE.exitCode());
    }

    private static String get(int port, String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + port + path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
