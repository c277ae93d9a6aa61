package io.understudy.deployments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.hosts.TestHost;
import io.understudy.rehearsal.ClassArchives;
import io.understudy.rehearsal.Keys;
import io.understudy.rehearsal.Outcome;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

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
    /** Of each of them there is a file. */
    private final Set<String> written = new HashSet<>();

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
        return takes("probe " + Keys.random(8), "notes");
    }

    @Override
    public boolean write(String text) {
        written.add(text);
        return takes(text, "uploads?name=" + text.replace(' ', '+')) && takes(text, "notes");
    }

    private boolean takes(String text, String path) {
        return Site.answers(host, "201", "-d", text, "-H", "Content-Type: text/plain", "http://127.0.0.1/" + path);
    }

    @Override
    public List<String> texts() {
        return postgres.query("site", "SELECT text FROM notes ORDER BY id");
    }

    @Override
    public List<String> textsIn(Orphan orphan) {
        Predicate<String> has = orphan.filesOrShipped();
        Set<String> uploads = orphan.rows("uploads").stream()
                .filter(row -> has.test("media/" + row.path("file").asText()))
                .map(row -> row.path("name").asText())
                .collect(Collectors.toSet());
        return orphan.rows("notes").stream()
                .map(row -> row.path("text").asText())
                .filter(text -> !written.contains(text) || uploads.contains(text))
                .toList();
    }
}
