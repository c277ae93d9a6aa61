package io.understudy.e2e;

import io.understudy.rehearsal.Folders;
import io.understudy.rehearsal.Program;
import io.understudy.rehearsal.ServerPair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Two servers that are made once for all tests of this JVM: each test gets them as they were when they were made, in
 * the same place and on the same ports. To bring back what changed in their folder and to start them takes a fraction
 * of the time of what brought them there: four commands of the agents, an import, a restart of the site.
 */
final class PreparedServers {
    private static final Duration LIMIT = Duration.ofSeconds(180);

    private static Optional<PreparedServers> made = Optional.empty();

    private final ServerPair pair;
    private final Path copy;

    private PreparedServers(ServerPair pair) {
        this.pair = pair;
        this.copy = pair.home().resolveSibling(pair.home().getFileName() + "-prepared");
    }

    /**
     * @param make runs the first time alone; both servers have a site and their filestore is a folder
     * @return they run, but for the agents; the caller closes them before the next call, and leaves their folder
     */
    static synchronized ServerPair get(Supplier<ServerPair> make) {
        PreparedServers prepared = made.orElseGet(() -> keep(make.get()));
        made = Optional.of(prepared);
        FolderRestore.of(prepared.copy, prepared.pair.home());
        prepared.pair.start();
        return prepared.pair;
    }

    private static PreparedServers keep(ServerPair pair) {
        PreparedServers prepared = new PreparedServers(pair);
        pair.close();
        Runtime.getRuntime().addShutdownHook(new Thread(prepared::delete, "prepared-servers"));
        Program.of("cp", "-a", pair.home(), prepared.copy).run(LIMIT).successful();
        return prepared;
    }

    private void delete() {
        Stream.of(copy, pair.home()).filter(Files::exists).forEach(Folders::delete);
    }
}
