package io.understudy.simulation;

import io.understudy.postgres.DatabaseIdentity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The users of a server's site. What they write carries its number everywhere: in three tables and three trees. */
final class Users {
    private final Server server;
    private final Run run;

    Users(Server server, Run run) {
        this.server = server;
        this.run = run;
    }

    /** Writes now and then, whenever the site serves. */
    void live() {
        try {
            while (true) {
                run.turns.sleep(Duration.ofMinutes(20 + run.random.nextInt(600)));
                if (server.site.serves() && server.live().isPresent()) {
                    write(run.nextNumber());
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * One request: the file first, then the rows that name it, in one transaction. It ends when the site is stopped.
     */
    void write(int number) {
        int incarnation = server.site.incarnation();
        String file = "f" + number + ".txt";
        put("media", file, "upload " + number);
        put("config", "site.conf", "generation " + number + " of " + server.name);
        if (!goesOn(incarnation, "uploaded", file)) {
            return;
        }
        insert(number, file);
        if (!goesOn(incarnation, "inserted", file)) {
            return;
        }
        put("tls", "key.pem", "secret " + number / 4);
        if (number % 3 == 0) {
            put("config", "extra.conf", "extra " + number);
        } else {
            remove("config", "extra.conf");
        }
    }

    private boolean goesOn(int incarnation, String what, String file) {
        if (run.turns.current() == null) {
            return true;
        }
        run.step(what, file);
        return server.site.incarnation() == incarnation;
    }

    private void insert(int number, String file) {
        DatabaseIdentity live = server.live().orElseThrow();
        Map<String, String> tables = new TreeMap<>(server.databases.tables(live));
        List<String> notes =
                new ArrayList<>(tables.getOrDefault("note", "").lines().toList());
        // What is newest carries the number of the stamp, so it stays as it is.
        if (notes.size() > 1 && number % 3 == 0) {
            String old = notes.remove(run.random.nextInt(notes.size() - 1));
            server.log.changed(live, "note", old.split("\t")[0]);
            if (number % 2 == 0) {
                notes.add(0, old.split("\t")[0] + "\t" + file);
            }
        }
        notes.add(number + "\t" + file);
        server.log.changed(live, "note", Integer.toString(number));
        server.log.changed(live, "stamp", "");
        server.log.changed(live, "log", "");
        tables.put("note", String.join("\n", notes) + "\n");
        tables.put("stamp", number + "\n");
        tables.merge("log", "note " + number + "\n", String::concat);
        server.databases.write(live, tables);
        run.servers.served(server);
    }

    private void put(String tree, String name, String content) {
        try {
            Path file = server.folder.resolve(tree).resolve(name);
            Files.writeString(file, content);
            Files.setLastModifiedTime(file, now());
            touch(tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        run.servers.served(server);
    }

    private void remove(String tree, String name) {
        try {
            Files.deleteIfExists(server.folder.resolve(tree).resolve(name));
            touch(tree);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The disk's clock is the simulated one. */
    private void touch(String tree) throws IOException {
        Files.setLastModifiedTime(server.folder.resolve(tree), now());
    }

    private FileTime now() {
        return FileTime.from(server.clock.instant());
    }
}
