package io.understudy.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.understudy.config.S3Options;
import io.understudy.config.Secret;
import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.config.Settings.RateLimits;
import io.understudy.config.SshOptions;
import io.understudy.files.FolderDeletion;
import io.understudy.process.Processes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * OpenSSH's server on a port of loopback, with a host key, a user's key and folders of its own. It lets in the user
 * that it runs as: this one, or where this one is root the one that PostgreSQL runs as.
 */
public final class SshServer implements AutoCloseable {
    private static final String ACCOUNT = "postgres";
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));
    private static final String USER = ROOT ? ACCOUNT : System.getProperty("user.name");

    private final Path folder;
    private final int port;
    private final boolean chrooted;
    private int folders;
    private Process sshd;

    private SshServer(Path folder, int port, boolean chrooted) {
        this.folder = folder;
        this.port = port;
        this.chrooted = chrooted;
    }

    /** Skips the calling test where there is no sshd. @param options lines of {@code sshd_config} */
    public static SshServer start(String... options) {
        return start(false, options);
    }

    /**
     * One that shows its users no more than one folder and lets them do nothing but SFTP. Skips the calling test where
     * this user is not root, or may mount nothing: the server wants a user and folders that it gets for itself alone.
     */
    public static SshServer startChrooted() {
        assumeTrue(ROOT, "needs root, to start a server that changes its root folder");
        try {
            Process probe = new ProcessBuilder("unshare", "-m", "true").start();
            assumeTrue(probe.waitFor() == 0, "needs a namespace for mounts");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return start(
                true,
                "Subsystem sftp internal-sftp",
                "Match User " + USER,
                "ChrootDirectory /mnt",
                "ForceCommand internal-sftp");
    }

    private static SshServer start(boolean chrooted, String... options) {
        Path sshd = TestTools.required("sshd");
        Path sftpServer = TestTools.required("sftp-server");
        Path keygen = TestTools.required("ssh-keygen");
        try {
            Path folder = Files.createTempDirectory("ussh");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            SshServer server = new SshServer(folder, FreePorts.next(), chrooted);
            // A home may be closed to the user that the server runs as.
            for (Path program : List.of(sshd, sftpServer)) {
                copyAll(program.getParent(), program.getFileName().toString(), folder);
            }
            copyAll(TestTools.openSsh(TestTools.folder(System.getenv(), Path.of(".."))), "*.so.*", folder);
            for (String session : List.of("sshd-session", "sshd-auth")) {
                copyAll(sftpServer.getParent(), session, folder);
            }
            for (String key : List.of("host_key", "other_host_key", "user_key")) {
                keygen(
                        keygen,
                        "-q",
                        "-t",
                        "ed25519",
                        "-N",
                        "",
                        "-f",
                        folder.resolve(key).toString());
            }
            Files.copy(folder.resolve("user_key.pub"), folder.resolve("authorized_keys"));
            giveAway(folder.resolve("host_key"));
            giveAway(Files.createFile(folder.resolve("log")));
            if (chrooted) {
                server.prepareChroot();
            }
            server.configure(options);
            server.launch();
            Runtime.getRuntime().addShutdownHook(new Thread(server::close, "sshd-cleanup"));
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void keygen(Path keygen, String... arguments) {
        List<String> command = new ArrayList<>(List.of(keygen.toString()));
        command.addAll(List.of(arguments));
        Programs.run(command, TestTools.libraries(), "");
    }

    private static void copyAll(Path from, String glob, Path to) throws IOException {
        if (!Files.isDirectory(from)) {
            return;
        }
        try (var files = Files.newDirectoryStream(from, glob)) {
            for (Path file : files) {
                Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private void prepareChroot() throws IOException {
        Files.createDirectory(folder.resolve("chroot"));
        String users = Files.readString(Path.of("/etc/passwd"));
        // An account whose password is locked is let in by no key.
        Files.writeString(folder.resolve("shadow"), USER + ":*:19000::::::\n");
        boolean known = users.lines().anyMatch(line -> line.startsWith("sshd:"));
        Files.writeString(
                folder.resolve("passwd"), users + (known ? "" : "sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin\n"));
    }

    private void configure(String... options) throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "Port " + port,
                "ListenAddress 127.0.0.1",
                "HostKey " + folder.resolve("host_key"),
                "AuthorizedKeysFile " + folder.resolve("authorized_keys"),
                "PidFile none",
                "UsePAM no",
                "StrictModes no",
                "PasswordAuthentication no",
                "MaxStartups 100"));
        for (String session : List.of("SshdSession", "SshdAuth")) {
            Path program = folder.resolve(session.equals("SshdAuth") ? "sshd-auth" : "sshd-session");
            if (Files.exists(program)) {
                lines.add(session + "Path " + program);
            }
        }
        Stream.of(options)
                .map(line -> line.replace("SFTP_SERVER", sftpServer().toString())
                        .replace("LOG", folder.resolve("log").toString()))
                .forEach(lines::add);
        if (Stream.of(options).noneMatch(line -> line.startsWith("Subsystem"))) {
            lines.add("Subsystem sftp internal-sftp");
        }
        Files.write(folder.resolve("sshd_config"), lines);
    }

    /** Its copy of OpenSSH's program for one session; {@code SFTP_SERVER} in an option, as {@code LOG} is its log. */
    private Path sftpServer() {
        return folder.resolve("sftp-server");
    }

    /** Accepts connections again after {@link #stop}. */
    public void launch() {
        CompletableFuture<Process> started = new CompletableFuture<>();
        List<String> command = new ArrayList<>(chrooted ? inNamespace() : unprivileged());
        command.addAll(List.of(
                folder.resolve("sshd").toString(),
                "-D",
                "-e",
                "-f",
                folder.resolve("sshd_config").toString()));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
        builder.environment().put("LD_LIBRARY_PATH", folder.toString());
        // The kernel ends the server when the thread that started it ends, which killed JVMs do too.
        Thread keeper = new Thread(
                () -> {
                    try {
                        Process process = builder.start();
                        started.complete(process);
                        process.waitFor();
                    } catch (IOException | InterruptedException e) {
                        started.completeExceptionally(e);
                    }
                },
                "sshd-" + port);
        keeper.setDaemon(true);
        keeper.start();
        sshd = started.join();
        Awaitility.await("sshd on port " + port)
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(10))
                .until(this::answers);
    }

    private boolean answers() throws IOException {
        if (!sshd.isAlive()) {
            throw new IllegalStateException("sshd ended at its start:\n" + log());
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (java.net.ConnectException notYet) {
            return false;
        }
    }

    /** What it wrote, for failures. */
    public String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }

    /** A new empty folder of the server's user. */
    public Path newFolder() {
        folders++;
        return newFolder("store-" + folders);
    }

    private Path newFolder(String name) {
        try {
            Path made = Files.createDirectory((chrooted ? folder.resolve("chroot") : folder).resolve(name));
            Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-x---"));
            giveAway(made);
            return made;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    public String user() {
        return USER;
    }

    public URI url(Path store) {
        String path = store.toString();
        String root = folder.resolve("chroot").toString();
        return URI.create("sftp://" + USER + "@127.0.0.1:" + port + (chrooted ? path.substring(root.length()) : path));
    }

    /** Private key of the user whom the server lets in. */
    public Path identity() {
        return folder.resolve("user_key");
    }

    /** Public half of the host's key: {@code ssh-ed25519 AAAA…}. */
    public String hostKey() throws IOException {
        return String.join(
                " ",
                List.of(Files.readString(folder.resolve("host_key.pub")).split(" "))
                        .subList(0, 2));
    }

    /** A public key that is not the host's. */
    public String otherKey() throws IOException {
        return String.join(
                " ",
                List.of(Files.readString(folder.resolve("other_host_key.pub")).split(" "))
                        .subList(0, 2));
    }

    /** Fingerprint of the host's key, as {@code ssh-keygen} shows it. */
    public String fingerprint() {
        String shown = Programs.run(
                List.of(
                        TestTools.required("ssh-keygen").toString(),
                        "-l",
                        "-f",
                        folder.resolve("host_key.pub").toString()),
                TestTools.libraries(),
                "");
        return shown.split(" ")[1];
    }

    /** With the key, and the right fingerprint. */
    public FilestoreSettings settings(Path store) {
        return settings(
                store,
                Duration.ofSeconds(20),
                new SshOptions(
                        Optional.of(identity()),
                        Secret.none(),
                        false,
                        Secret.none(),
                        Optional.empty(),
                        Optional.of(fingerprint())));
    }

    public FilestoreSettings settings(Path store, Duration timeout, SshOptions options) {
        return new FilestoreSettings(url(store), timeout, RateLimits.NONE, S3Options.NONE, options);
    }

    /** The processes of its sessions: it forks for each connection. */
    public List<ProcessHandle> sessions() {
        return sshd.descendants().toList();
    }

    /** As a server that crashes, or a network that breaks: no session says goodbye. */
    public void killSessions() {
        List<ProcessHandle> all = sessions();
        all.forEach(ProcessHandle::destroyForcibly);
        Awaitility.await("the sessions are gone")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> all.stream().noneMatch(Processes::run));
    }

    /** It takes no more connections, and ends those that it has. */
    public void stop() {
        List<ProcessHandle> all = new ArrayList<>(sessions());
        sshd.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        try {
            sshd.waitFor(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stop();
        FolderDeletion.delete(folder);
    }

    private static void giveAway(Path path) throws IOException {
        if (ROOT) {
            Files.setOwner(
                    path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(ACCOUNT));
        }
    }

    /** As root it would want a user and a folder of its own on this machine. */
    private static List<String> unprivileged() {
        return ROOT
                ? List.of("setpriv", "--reuid=" + ACCOUNT, "--regid=" + ACCOUNT, "--init-groups", "--pdeathsig", "TERM")
                : List.of("setpriv", "--pdeathsig", "TERM");
    }

    /** Each folder of a chroot must be root's, and {@code /tmp} is not. */
    private List<String> inNamespace() {
        String mounts =
                "mount --bind $0/passwd /etc/passwd && mount --bind $0/shadow /etc/shadow && mount -t tmpfs none /run && mkdir /run/sshd"
                        + " && mount --bind $0/chroot /mnt && exec \"$@\"";
        return List.of("setpriv", "--pdeathsig", "TERM", "unshare", "-m", "sh", "-c", mounts, folder.toString());
    }

    /** Environment of OpenSSH's own programs. */
    public static Map<String, String> libraries() {
        return TestTools.libraries();
    }
}
