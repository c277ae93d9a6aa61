package io.understudy.hosts;

import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One host of a {@link TestNetwork}. */
public final class TestHost {
    static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /** What packages have in /usr is laid over that of this machine, the rest is copied. */
    private static final String INSTALL = """
            from=/opt/$1
            mount -t overlay -o "lowerdir=$from/usr:/usr" packages /usr
            mount --bind /mnt/bin /usr/local/bin
            for folder in etc var/lib; do
                [ ! -d "$from/$folder" ] || cp -a "$from/$folder/." "/$folder"
            done
            [ ! -d "$from/lib/systemd" ] || { mkdir -p /etc/systemd; cp -a "$from/lib/systemd/." /etc/systemd; }
            """;

    private static final Duration LIMIT = Duration.ofSeconds(120);

    private final String name;
    private final String address;
    private final Namespace namespace;

    TestHost(String name, String address, Namespace namespace) {
        this.name = name;
        this.address = address;
        this.namespace = namespace;
    }

    public String name() {
        return name;
    }

    public String address() {
        return address;
    }

    /** Where a file of the host is, for this process. @param absolute as the host calls it */
    public Path path(String absolute) {
        return Path.of("/proc", Long.toString(namespace.first()), "root", absolute.substring(1));
    }

    /** Writes a file of the host, its folder too where there is none. */
    public void write(String absolute, String text) {
        Folders.write(path(absolute), text);
    }

    /** The same, readable for root alone. */
    public void writeSecret(String absolute, String text) {
        Folders.writeSecret(path(absolute), text);
    }

    /** A program as it runs there, with nothing in its environment but the search path and what is given. */
    public Program program(Map<String, String> environment, Object... words) {
        List<Object> all = new ArrayList<>(List.of("env", "-i", "PATH=" + PATH, "HOME=/root", "LANG=C.UTF-8"));
        new TreeMap<>(environment).forEach((key, value) -> all.add(key + "=" + value));
        // The Java machine of the tests is that of all hosts.
        Optional.ofNullable(System.getenv("JAVA_HOME")).ifPresent(home -> all.add("JAVA_HOME=" + home));
        all.addAll(List.of(words));
        return namespace.in(all.toArray());
    }

    /** Runs a program there to its end. */
    public Outcome run(Object... words) {
        return program(Map.of(), words).run(LIMIT);
    }

    /** Runs lines of {@code sh} there; each has to succeed. */
    public void shell(String script, Object... arguments) {
        List<Object> words = new ArrayList<>(List.of("sh", "-euc", script, "sh"));
        words.addAll(List.of(arguments));
        run(words.toArray()).successful();
    }

    /**
     * Installs packages, as far as programs need that: their files are there, and none of their scripts has run.
     *
     * @param name of a folder among the host's programs that they were unpacked into
     */
    public void installPackages(String name) {
        shell(INSTALL, name);
    }

    Namespace namespace() {
        return namespace;
    }

    @Override
    public String toString() {
        return name;
    }
}
