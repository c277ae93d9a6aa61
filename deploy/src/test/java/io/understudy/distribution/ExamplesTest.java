package io.understudy.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts and snippets for a site and its name servers, against a server that answers as the provider's does. */
class ExamplesTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Path EXAMPLES = Path.of("examples").toAbsolutePath();
    private static final String TOKEN = "canary-token";

    @TempDir
    private Path folder;

    private final List<String> asked = new ArrayList<>();
    private HttpServer server;
    private int status = 200;
    private String listed = "";
    private String authorization = "";

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        Files.writeString(folder.resolve("secret"), TOKEN + "\n");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        authorization = exchange.getRequestHeaders().getFirst("Authorization");
        asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " " + body.replace("\n", ""));
        String good = exchange.getRequestMethod().equals("GET") ? listed : "{\"success\":true,\"result\":{}}";
        byte[] answer = (status == 200 ? good : "{\"success\":false,\"errors\":[{\"message\":\"not allowed\"}]}")
                .getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private Outcome run(String script, String secret, String names, String from, String to) throws IOException {
        assumeTrue(Program.of("curl", "--version").run(LIMIT).exitCode() == 0, "curl is not here");
        Path conf = Files.writeString(
                folder.resolve("conf"),
                "ZONE=Z1\n" + secret + "=" + folder.resolve("secret") + "\nAPI=http://127.0.0.1:"
                        + server.getAddress().getPort() + "\n");
        return Program.of(EXAMPLES.resolve(script), conf)
                .with(Map.of(
                        "UNDERSTUDY_DNS_NAMES", names,
                        "UNDERSTUDY_DNS_FROM", from,
                        "UNDERSTUDY_DNS_TO", to))
                .run(LIMIT);
    }

    @Test
    void cloudflareReplacesAllAddressesOfANameAtOnce() throws IOException {
        listed =
                "{\"success\":true,\"result\":[{\"id\":\"r1\",\"type\":\"A\",\"content\":\"192.0.2.10\",\"proxied\":true},"
                        + "{\"id\":\"r2\",\"type\":\"TXT\",\"content\":\"keep\"}]}";

        Outcome outcome = run("dns-cloudflare", "TOKEN", "www.example.org", "192.0.2.10", "198.51.100.10 2001:db8::10");

        assertThat(outcome.exitCode()).as(outcome.toString()).isZero();
        assertThat(authorization).isEqualTo("Bearer " + TOKEN);
        assertThat(asked.get(0)).startsWith("GET /zones/Z1/dns_records?name=www.example.org&");
        assertThat(asked.get(1))
                .startsWith("POST /zones/Z1/dns_records/batch ")
                .contains("\"deletes\":[{\"id\":\"r1\"}]")
                .contains("\"type\":\"A\",\"content\":\"198.51.100.10\",\"ttl\":60,\"proxied\":true")
                .contains("\"type\":\"AAAA\",\"content\":\"2001:db8::10\"");
        assertThat(outcome.output() + outcome.errors()).doesNotContain(TOKEN);
    }

    @Test
    void cloudflareSaysWhyItRefuses() throws IOException {
        status = 403;

        Outcome outcome = run("dns-cloudflare", "TOKEN", "www.example.org", "192.0.2.10", "198.51.100.10");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.errors())
                .contains("cannot list www.example.org", "not allowed")
                .doesNotContain(TOKEN);
    }

    @Test
    void route53ChangesAllNamesByOneSignedRequest() throws IOException {
        Files.writeString(folder.resolve("secret"), "AKIDEXAMPLE:" + TOKEN + "\n");

        Outcome outcome =
                run("dns-route53", "KEYS", "www.example.org example.org", "192.0.2.10 2001:db8::1", "198.51.100.10");

        assertThat(outcome.exitCode()).as(outcome.toString()).isZero();
        assertThat(asked).hasSize(1);
        assertThat(asked.get(0))
                .startsWith("POST /hostedzone/Z1/rrset ")
                .contains("<Action>UPSERT</Action><ResourceRecordSet><Name>www.example.org</Name><Type>A</Type>")
                .contains("<Value>198.51.100.10</Value>")
                .contains("<Action>DELETE</Action><ResourceRecordSet><Name>example.org</Name><Type>AAAA</Type>")
                .contains("<Value>2001:db8::1</Value>");
        assertThat(authorization)
                .startsWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/")
                .doesNotContain(TOKEN);
    }

    @Test
    void route53SaysWhyItRefuses() throws IOException {
        assertThat(run("dns-route53", "KEYS", "www.example.org", "192.0.2.10", "198.51.100.10")
                        .errors())
                .contains("does not hold ACCESS_KEY:SECRET_KEY")
                .doesNotContain(TOKEN);
        assertThat(asked).isEmpty();
        Files.writeString(folder.resolve("secret"), "AKIDEXAMPLE:" + TOKEN + "\n");
        status = 403;

        Outcome outcome = run("dns-route53", "KEYS", "www.example.org", "192.0.2.10", "198.51.100.10");

        assertThat(outcome.exitCode()).isEqualTo(1);
        assertThat(outcome.errors()).contains("not allowed").doesNotContain(TOKEN);
    }

    @Test
    void cronRunsJobsInProductionAlone() throws IOException {
        Path marker = folder.resolve("BACKUP");
        String line = Files.readAllLines(EXAMPLES.resolve("backup-mode.cron")).get(1);
        String command = line.replaceFirst("^(\\S+ ){5}site ", "")
                .replace("/srv/site/priv/BACKUP", marker.toString())
                .replace("/usr/local/bin/site-jobs", "echo jobs");

        assertThat(Program.of("sh", "-c", command).run(LIMIT).output()).isEqualTo("jobs\n");
        Files.createFile(marker);
        Outcome standby = Program.of("sh", "-c", command).run(LIMIT);
        assertThat(standby.output()).isEmpty();
        assertThat(standby.exitCode()).isZero();
    }

    @Test
    void systemdTakesTheDropIn() throws IOException {
        Path analyser = Path.of("/usr/bin/systemd-analyze");
        assumeTrue(Files.isExecutable(analyser), "systemd is not here: the drop-in is not verified");
        Path unit = Files.writeString(
                folder.resolve("site-worker.service"),
                "[Service]\nExecStart=/bin/true\n" + Files.readString(EXAMPLES.resolve("backup-mode.systemd.conf")));

        Outcome verified = Program.of(analyser, "verify", unit).run(LIMIT);

        assertThat(verified.output() + verified.errors()).doesNotContain("site-worker.service");
        assertThat(Files.readString(unit)).contains("ConditionPathExists=!/srv/site/priv/BACKUP");
    }

    @Test
    void nginxTakesTheSnippet() throws IOException {
        Path nginx = Path.of("/usr/sbin/nginx");
        assumeTrue(Files.isExecutable(nginx), "nginx is not here: the snippet is not tried");
        Path conf = Files.writeString(
                folder.resolve("nginx.conf"),
                "pid " + folder.resolve("pid")
                        + ";\nerror_log stderr;\nevents {}\nhttp { access_log off; server { listen 127.0.0.1:0; include "
                        + EXAMPLES.resolve("backup-mode.nginx.conf") + "; } }\n");

        Outcome tried = Program.of(nginx, "-t", "-p", folder, "-c", conf).run(LIMIT);

        assertThat(tried.exitCode()).as(tried.toString()).isZero();
    }
}
