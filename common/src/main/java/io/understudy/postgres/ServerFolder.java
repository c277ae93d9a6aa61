package io.understudy.postgres;

import io.understudy.config.Settings.DatabaseSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a server on this host keeps its data. It gives its setting to superusers and to members of
 * {@code pg_read_all_settings} alone, which the agent's user is not as a rule; the command line of its first process
 * says it too, and may be read by anyone, unless the system hides other users' processes.
 */
public final class ServerFolder {
    private static final Logger LOG = LoggerFactory.getLogger(ServerFolder.class);
    private static final List<String> PROGRAMS = List.of("postgres", "postmaster");

    private ServerFolder() {}

    /** Empty when the server runs elsewhere, or where it cannot be known. */
    public static Optional<Path> of(DatabaseSettings settings, Session session) {
        if (!isThisMachine(settings.host())) {
            return Optional.empty();
        }
        return session.first(
                        "SELECT setting FROM pg_catalog.pg_settings WHERE name = 'data_directory'",
                        row -> Path.of(row.text("setting")))
                .or(() -> ofProcess(session.number("SELECT pg_catalog.pg_backend_pid()")));
    }

    private static boolean isThisMachine(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static Optional<Path> ofProcess(long backend) {
        return ProcessHandle.of(backend).flatMap(ProcessHandle::parent).flatMap(first -> {
            try {
                byte[] line = Files.readAllBytes(Path.of("/proc", Long.toString(first.pid()), "cmdline"));
                return in(List.of(new String(line, StandardCharsets.UTF_8).split("\0")));
            } catch (IOException | InvalidPathException e) {
                LOG.debug("the server's command line cannot be read", e);
                return Optional.empty();
            }
        });
    }

    /** @param command of the server's first process; of something else where the server is in a container */
    static Optional<Path> in(List<String> command) {
        if (!PROGRAMS.contains(Path.of(command.get(0)).getFileName().toString())) {
            return Optional.empty();
        }
        for (int i = 1; i < command.size(); i++) {
            String argument = command.get(i);
            if (argument.equals("-D") && i + 1 < command.size()) {
                return absolute(command.get(i + 1));
            }
            for (String option : List.of("-D", "--data-directory=", "--data_directory=")) {
                if (argument.startsWith(option) && argument.length() > option.length()) {
                    return absolute(argument.substring(option.length()));
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Path> absolute(String path) {
        return Optional.of(Path.of(path)).filter(Path::isAbsolute);
    }
}
