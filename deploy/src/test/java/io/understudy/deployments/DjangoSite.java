package io.understudy.deployments;

import io.understudy.hosts.TestHost;
import io.understudy.rehearsal.Keys;
import io.understudy.rehearsal.Outcome;
import io.understudy.testing.TestTools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** The album of {@code examples/django}: Debian's Django and gunicorn, PostgreSQL, a folder of uploads. */
final class DjangoSite implements Site {
    /** Django compares cookie and header, so any visitor may choose them. */
    private static final String TOKEN = "v".repeat(64);

    static final SiteKind KIND = new SiteKind(
            Example.of("django"),
            () -> Map.of("django", TestTools.packages("django")),
            DjangoSite::new,
            "printf %s \"$text\" >/tmp/visit.txt; curl -s -m 2 -o /dev/null -w '%{http_code} %{remote_ip}'"
                    + " -b csrftoken=" + TOKEN + " -H 'X-CSRFToken: " + TOKEN + "'"
                    + " -F \"title=$text\" -F file=@/tmp/visit.txt http://www.example.org/pictures",
            "302");

    /** Every picture, with the content of its file; a picture whose file is not there is printed without. */
    private static final String CONTENTS = """
            cd /srv/site/media
            while IFS='|' read -r title file; do printf '%s|' "$title"; cat -- "$file" 2>/dev/null || :; echo; done </tmp/pictures
            """;

    private final TestHost host;
    private Postgres postgres;

    DjangoSite(TestHost host) {
        this.host = host;
    }

    @Override
    public void install(Example example, String password) {
        host.installPackages("django");
        example.installFolder(host, "site", "/srv/site/app");
        example.install(host, "site.service", "/etc/systemd/system/site.service");
        Systemctl.installUnit(host, "site");
        host.write("/etc/site/db.password", password + "\n");
        host.shell("chown root:www-data /etc/site/db.password; chmod 640 /etc/site/db.password");
        postgres = Postgres.start(host, example);
        postgres.createRole(password);
    }

    @Override
    public void create() {
        postgres.execute("postgres", "CREATE DATABASE site OWNER site");
        host.write("/srv/site/config/album.json", "{\"hosts\": [\"www.example.org\"]}\n");
        host.writeSecret("/srv/site/secrets/django.key", Keys.random(32));
        host.shell("mkdir /srv/site/media; chown -R www-data:www-data /srv/site/media /srv/site/secrets");
        manage("migrate").successful();
        host.run("systemctl", "start", "site").successful();
    }

    /** One of the site's own commands, as the site's user. */
    Outcome manage(String... words) {
        Object[] all = new Object[words.length + 6];
        System.arraycopy(
                new Object[] {"setpriv", "--reuid=www-data", "--regid=www-data", "--clear-groups", "--"}, 0, all, 0, 5);
        all[5] = "/srv/site/app/manage.py";
        System.arraycopy(words, 0, all, 6, words.length);
        return host.run(all);
    }

    @Override
    public String marker() {
        return "/srv/site/BACKUP";
    }

    @Override
    public Optional<String> mode() {
        return SampleSite.modeOf(host, "/health");
    }

    @Override
    public boolean takesWrites() {
        return takes("probe", "/etc/hostname");
    }

    @Override
    public boolean write(String text) {
        host.write("/tmp/write.txt", text);
        return takes(text, "/tmp/write.txt");
    }

    private boolean takes(String title, String file) {
        return Site.answers(
                host,
                "302",
                "-bcsrftoken=" + TOKEN,
                "-HX-CSRFToken: " + TOKEN,
                "-Ftitle=" + title,
                "-Ffile=@" + file,
                "http://127.0.0.1/pictures");
    }

    /** Titles of pictures whose file is there and has what was uploaded with this title. */
    @Override
    public List<String> texts() {
        host.write("/tmp/pictures", String.join("\n", pictures()) + "\n");
        return host.run("bash", "-c", CONTENTS)
                .successful()
                .output()
                .lines()
                .map(line -> line.split("\\|", 2))
                .filter(pair -> pair[0].equals(pair[1]))
                .map(pair -> pair[0])
                .toList();
    }

    @Override
    public List<String> textsIn(Orphan orphan) {
        Predicate<String> has = orphan.filesOrShipped();
        return orphan.rows("album_picture").stream()
                .filter(row -> has.test("media/" + row.path("file").asText()))
                .map(row -> row.path("title").asText())
                .toList();
    }

    private List<String> pictures() {
        return postgres.query("site", "SELECT title, file FROM album_picture ORDER BY id");
    }

    /** What the job has written. */
    List<String> tallies() {
        return postgres.query("site", "SELECT pictures FROM album_tally");
    }

    /** The file of the newest picture of a visitor. */
    Path newestFile() {
        List<String> pictures = pictures();
        String[] last = pictures.get(pictures.size() - 1).split("\\|");
        Path file = host.path("/srv/site/media/" + last[1]);
        if (!Files.exists(file)) {
            throw new AssertionError(last[1] + " is not there");
        }
        return file;
    }
}
