package io.understudy.deployments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.hosts.TestHost;
import io.understudy.rehearsal.ClassArchives;
import io.understudy.rehearsal.Keys;
import io.understudy.rehearsal.Outcome;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The sample site of the demo, in the place of Zotonic. */
final class SampleSite implements Site {
    static final SiteKind KIND = new SiteKind(
            Example.of("zotonic"),
            () -> Map.of("rehearsal", ClassArchives.rehearsal().stage()),
            SampleSite::new,
            "curl -s -m 2 -o /dev/null -w '%{http_code} %{remote_ip}' -H 'Content-Type: text/plain' -d \"$text\""
                    + " http://www.example.org/notes",
            "201");

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String SITE = """
            listen=0.0.0.0:80
            database.url=jdbc:postgresql://127.0.0.1:5432/site
            database.user=site
            database.password_file=/etc/understudy/db.password
            media=/srv/site/media
            config=/srv/site/priv/config.d
            secrets=/srv/site/security
            marker=/srv/site/priv/BACKUP
            """;

    private final TestHost host;
    private Postgres postgres;

    SampleSite(TestHost host) {
        this.host = host;
    }

    @Override
    public void install(Example example, String password) {
        host.write("/etc/site/site.properties", SITE);
        host.shell("mkdir -p /srv/site/priv");
        Systemctl.install(host, "site", "exec /opt/rehearsal/bin/sample-site \"$1\" /etc/site/site.properties");
        postgres = Postgres.start(host, example);
        postgres.createRole(password);
    }

    @Override
    public void create() {
        postgres.execute("postgres", "CREATE DATABASE site OWNER site");
        host.shell("mkdir -p /srv/site/media");
        host.write("/srv/site/priv/config.d/site.properties", "title=The guestbook\nupload_limit=104857600\n");
        host.writeSecret("/srv/site/security/session.key", Keys.random(32));
        host.run("systemctl", "start", "site").successful();
    }

    @Override
    public String marker() {
        return "/srv/site/priv/BACKUP";
    }

    @Override
    public Optional<String> mode() {
        return modeOf(host, "/health");
    }

    /** What a site says that has its {@code mode} in the JSON of an answer. */
    static Optional<String> modeOf(TestHost host, String path) {
        Outcome asked = host.run("curl", "-fsS", "-m", "5", "http://127.0.0.1" + path);
        try {
            return asked.exitCode() == 0
                    ? Optional.of(JSON.readTree(asked.output()))
                            .map((JsonNode health) -> health.path("mode").asText())
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public boolean takesWrites() {
        return Site.answers(host, "201", "-d", "probe", "-H", "Content-Type: text/plain", "http://127.0.0.1/notes");
    }

    @Override
    public List<String> texts() {
        return postgres.query("site", "SELECT text FROM notes ORDER BY id");
    }
}
