package io.understudy.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Program;
import io.understudy.testing.TestTools;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where {@code deploy/setup test} puts Prometheus and promtool, with scripts for apt-get and dpkg-deb. */
class SetupTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final String PATH = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");

    private static final String SSHD = "openssh-server: sshd";
    private static final String NAMED = "bind9: named";
    private static final String SSH = "openssh-client: ssh-keygen ssh-agent ssh-add";

    private static final List<String> TOOLS = List.of("prometheus", "promtool");

    @TempDir
    private Path folder;

    private Path checkout;
    private Path programs;

    @BeforeEach
    void aCheckoutOfItsOwn() throws IOException {
        checkout = folder.resolve("checkout");
        programs = Files.createDirectories(folder.resolve("programs"));
        linkMachineWithoutTools();
        Files.createDirectories(checkout.resolve("deploy"));
        Files.copy(Path.of("setup"), checkout.resolve("deploy/setup"));
        // Nothing but these may be missing: the script would install it.
        for (String tool : List.of(
                "java", "mvn", "jq", "zstd", "openssl", "setsid", "curl", "pgbouncer", "ip", "ssh-keygen", "age")) {
            program(tool, "exit 0");
        }
        program("javac", "echo javac 17");
        packages("prometheus: prometheus promtool", SSHD, SSH, NAMED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-u HOME -u XDG_CACHE_HOME", "HOME= XDG_CACHE_HOME="})
    void withoutAHomeTheCheckoutKeepsIt(String environment) throws IOException {
        String said = setup(environment);

        Path tools = checkout.resolve("target/tools");
        assertThat(said).contains("fetching prometheus and promtool into " + tools.toRealPath());
        assertThat(tools.resolve("openssh/sshd")).isExecutable();
        assertThat(tools.resolve("bind/named")).isExecutable();
        assertThat(TOOLS).allSatisfy(tool -> assertThat(tools.resolve(tool)).isExecutable());
        assertThat(TestTools.folder(Map.of(), checkout)).isEqualTo(tools);
        assertThat(TestTools.folder(Map.of("HOME", "", "XDG_CACHE_HOME", ""), checkout))
                .isEqualTo(tools);
    }

    /** As from Debian 13 on. */
    @Test
    void eachMayBeInAPackageOfItsOwn() throws IOException {
        packages("prometheus: prometheus", "promtool: promtool", SSHD, SSH, NAMED);

        setup("-u HOME -u XDG_CACHE_HOME");

        assertThat(TOOLS)
                .allSatisfy(tool ->
                        assertThat(checkout.resolve("target/tools/" + tool)).isExecutable());
    }

    @Test
    void aHomeOrACacheFolderKeepsItForAllCheckouts() {
        Map<String, String> environment =
                new HashMap<>(Map.of("HOME", folder.resolve("home").toString()));
        setup("-u XDG_CACHE_HOME HOME=" + environment.get("HOME"));
        assertThat(folder.resolve("home/.cache/understudy/tools/promtool")).isExecutable();
        assertThat(TestTools.folder(environment, checkout)).isEqualTo(folder.resolve("home/.cache/understudy/tools"));

        environment.put("XDG_CACHE_HOME", folder.resolve("cache").toString());
        setup("HOME=" + environment.get("HOME") + " XDG_CACHE_HOME=" + environment.get("XDG_CACHE_HOME"));
        assertThat(folder.resolve("cache/understudy/tools/promtool")).isExecutable();
        assertThat(TestTools.folder(environment, checkout)).isEqualTo(folder.resolve("cache/understudy/tools"));
    }

    /** A package is a text file that names the programs in it. */
    private void packages(String... packages) throws IOException {
        program(
                "apt-get",
                "[ $1 = download ] && printf '%s\n' '" + String.join("' '", packages)
                        + "' | grep \"^$2:\" >$2_1_all.deb");
        program(
                "dpkg-deb",
                "read -r name tools <$2; mkdir -p usr/bin; for tool in $tools; do printf '#!/bin/sh\necho OpenSSH BIND\n' >usr/bin/$tool; chmod 755 usr/bin/$tool; done;"
                        + " if [ $1 = -x ]; then mkdir -p $3; mv usr $3; else tar -c ./usr/bin; rm -r usr; fi");
    }

    private String setup(String environment) {
        String path = programs.toString();
        Outcome outcome = Program.of("sh", "-c", "exec env " + environment + " bash deploy/setup test")
                .in(checkout)
                .with(Map.of("PATH", path))
                .run(LIMIT)
                .successful();
        return outcome.errors();
    }

    /** The search path is one folder: this machine's programs, but for those that are to be fetched. */
    private void linkMachineWithoutTools() throws IOException {
        for (String place : PATH.split(File.pathSeparator)) {
            if (!Files.isDirectory(Path.of(place))) {
                continue;
            }
            try (Stream<Path> all = Files.list(Path.of(place))) {
                for (Path program : all.toList()) {
                    Path link = programs.resolve(program.getFileName());
                    if (!link.getFileName().toString().matches("sshd|ssh-.*|named")
                            && TOOLS.stream().noneMatch(link::endsWith)
                            && !Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
                        Files.createSymbolicLink(link, program);
                    }
                }
            }
        }
    }

    private void program(String name, String script) throws IOException {
        Files.deleteIfExists(programs.resolve(name));
        Path program = Files.writeString(programs.resolve(name), "#!/bin/sh\nset -e\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
