package io.understudy.deployments;

import io.understudy.hosts.TestHost;
import io.understudy.rehearsal.Keys;
import io.understudy.testing.TestTools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Debian's WordPress, PHP and nginx, with MariaDB and without PostgreSQL. */
final class WordpressSite implements Site {
    /** An application password of the author, which WordPress wants to have this form. */
    private static final String LOGIN = "author:visitvisitvisitvisitvisi";

    private static final String API = "?rest_route=/wp/v2/";
    private static final String MARKER = "/srv/site/BACKUP";
    private static final String UPLOADS = "/var/lib/wordpress/wp-content/uploads";

    static final SiteKind KIND = new SiteKind(
            Example.of("wordpress"),
            () -> {
                Mariadb.require();
                return Map.of("wordpress", TestTools.packages("wordpress"));
            },
            WordpressSite::new,
            // An upload, and a comment that names it. Where the name moved in between, it is on neither server as a
            // whole.
            "printf %s \"$text\" >/tmp/visit.txt; site=http://www.example.org/" + API + "\n"
                    + "upload=$(curl -s -m 4 -o /dev/null -w '%{http_code} %{remote_ip}' -u " + LOGIN
                    + " -H \"Content-Disposition: attachment; filename=${text// /-}.txt\" -H 'Content-Type: text/plain'"
                    + " --data-binary @/tmp/visit.txt \"${site}media\")\n"
                    + "[ \"${upload% *}\" = 201 ] || return\n"
                    + "comment=$(curl -s -m 4 -o /dev/null -w '%{http_code} %{remote_ip}' -u " + LOGIN
                    + " -d post=1 --data-urlencode \"content=$text\" \"${site}comments\")\n"
                    + "[ \"${upload#* }\" = \"${comment#* }\" ] && echo \"$comment\"",
            "201");

    /** Of a visitor, as a dump has it. */
    private static final Pattern TEXT = Pattern.compile("'((?:visit|past the name) [^']*)'");

    /** What its installer asks for, and a password with which a program may log in. */
    private static final String INSTALL = """
            <?php
            define('WP_INSTALLING', true);
            $_SERVER['HTTP_HOST'] = 'www.example.org';
            require '/usr/share/wordpress/wp-load.php';
            require ABSPATH . 'wp-admin/includes/upgrade.php';
            add_filter('pre_wp_mail', '__return_false');
            wp_install('The blog', 'author', 'author@example.org', true, '', wp_generate_password());
            $password = array('uuid' => wp_generate_uuid4(), 'app_id' => '', 'name' => 'visits', 'password' => wp_hash_password($argv[1]),
                'created' => time(), 'last_used' => null, 'last_ip' => null);
            update_user_meta(1, '_application_passwords', array($password));
            update_network_option(get_main_network_id(), 'using_application_passwords', 1);
            update_option('siteurl', 'http://www.example.org');
            update_option('home', 'http://www.example.org');
            """;

    /** As the packages' own scripts do it when they are installed. */
    private static final String CONFIGURE = """
            mkdir -p /srv/site
            php=$(basename /etc/php/*)
            for sapi in fpm cli; do
                mkdir -p /etc/php/$php/$sapi/conf.d
                for ini in /usr/share/php$php-*/*/*.ini; do
                    name=$(basename "$ini")
                    case $name in mysqlnd.ini|pdo.ini|opcache.ini) first=10 ;; *) first=20 ;; esac
                    cp "$ini" "/etc/php/$php/$sapi/conf.d/$first-$name"
                done
            done
            sed "s/php8.2/php$php/" </etc/site/nginx.conf >/etc/nginx/sites-enabled/site.conf
            rm -f /etc/nginx/sites-enabled/default
            mkdir -p /run/php /var/log/nginx /var/lib/nginx
            chown www-data:www-data /run/php
            chown root:www-data /etc/site/wordpress.php
            chmod 640 /etc/site/wordpress.php
            nginx
            """;

    private final TestHost host;
    private Mariadb mariadb;

    WordpressSite(TestHost host) {
        this.host = host;
    }

    @Override
    public void install(Example example, String password) {
        host.installPackages("wordpress");
        mariadb = Mariadb.start(host, example);
        String own = Keys.random(12);
        mariadb.query(example.text("accounts.sql")
                .replace("<password of the agents>", password)
                .replace("<password of the site>", own));
        host.writeSecret(
                "/etc/understudy/mariadb.cnf",
                "[client]\nuser=understudy\npassword=" + password + "\nsocket=/run/mysqld/mysqld.sock\n");
        // Without TLS in front of it WordPress takes application passwords only where it is told to be a trial.
        host.write(
                "/etc/site/wordpress.php",
                "<?php\ndefine('DB_PASSWORD', '" + own + "');\ndefine('WP_ENVIRONMENT_TYPE', 'local');\n");
        example.install(host, "site.nginx.conf", "/etc/site/nginx.conf");
        host.shell(CONFIGURE);
        Systemctl.installUnit(host, service(host));
    }

    private static String service(TestHost host) {
        return php(host) + "-fpm";
    }

    /** Its programs and its service are named after its version. */
    private static String php(TestHost host) {
        return "php" + host.run("ls", "/etc/php").successful().output().strip();
    }

    @Override
    public void create() {
        mariadb.query("CREATE DATABASE wordpress CHARACTER SET utf8mb4");
        Example example = KIND.example();
        example.install(host, "config-default.php", "/etc/wordpress/config-default.php");
        StringBuilder keys = new StringBuilder("<?php\n");
        for (String kind : List.of("AUTH", "SECURE_AUTH", "LOGGED_IN", "NONCE")) {
            for (String what : List.of("KEY", "SALT")) {
                keys.append("define('%s_%s', '%s');%n".formatted(kind, what, Keys.random(32)));
            }
        }
        host.write("/etc/wordpress/keys.php", keys.toString());
        example.install(host, "backup-mode.php", "/var/lib/wordpress/wp-content/mu-plugins/backup-mode.php");
        host.write("/tmp/install.php", INSTALL);
        host.shell("chown -R www-data:www-data /var/lib/wordpress/wp-content /etc/wordpress");
        host.run(php(host), "/tmp/install.php", LOGIN.substring(LOGIN.indexOf(':') + 1))
                .successful();
        host.run("systemctl", "start", service(host)).successful();
    }

    @Override
    public String marker() {
        return MARKER;
    }

    @Override
    public Optional<String> mode() {
        return SampleSite.modeOf(host, "/?rest_route=/site/v1/health");
    }

    @Override
    public boolean takesWrites() {
        return Site.answers(
                host,
                "201",
                "-u" + LOGIN,
                "-dpost=1",
                "-dcontent=probe " + Keys.random(8),
                "http://127.0.0.1/" + API + "comments");
    }

    @Override
    public boolean write(String text) {
        host.write("/tmp/write.txt", text);
        return Site.answers(
                        host,
                        "201",
                        "-u" + LOGIN,
                        "-HContent-Disposition: attachment; filename=" + fileOf(text),
                        "-HContent-Type: text/plain",
                        "--data-binary",
                        "@/tmp/write.txt",
                        "http://127.0.0.1/" + API + "media")
                && Site.answers(
                        host,
                        "201",
                        "-u" + LOGIN,
                        "-dpost=1",
                        "-dcontent=" + text,
                        "http://127.0.0.1/" + API + "comments");
    }

    private static String fileOf(String text) {
        return text.replace(' ', '-') + ".txt";
    }

    /** Comments whose upload is there and has the same text. */
    @Override
    public List<String> texts() {
        Set<String> uploads = uploads();
        return mariadb.query("SELECT comment_content FROM wordpress.wp_comments ORDER BY comment_ID").stream()
                .filter(uploads::contains)
                .toList();
    }

    /** Of a database that a command dumps an orphan has the dump, as a snapshot has. */
    @Override
    public List<String> textsIn(Orphan orphan) {
        Set<String> uploads = orphan.files().stream()
                .filter(path -> path.startsWith("content/uploads/"))
                .map(path -> path.substring(path.lastIndexOf('/') + 1))
                .collect(Collectors.toSet());
        // A file may have been shipped, and its row not.
        WordpressSite there = (WordpressSite) orphan.at().site();
        there.uploads().forEach(text -> uploads.add(fileOf(text)));
        Set<String> shipped = Set.copyOf(there.texts());
        return TEXT.matcher(orphan.dump("blog"))
                .results()
                .map(found -> found.group(1))
                .filter(text -> uploads.contains(fileOf(text)) && !shipped.contains(text))
                .distinct()
                .toList();
    }

    private Set<String> uploads() {
        Set<String> texts = new HashSet<>();
        try (Stream<Path> files = Files.walk(host.path(UPLOADS))) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".txt")).toList()) {
                texts.add(Files.readString(file));
            }
            return texts;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Rows of all tables that a page which is only shown may write. */
    List<String> options() {
        return mariadb.query("SELECT option_name, MD5(option_value) FROM wordpress.wp_options ORDER BY option_name");
    }
}
