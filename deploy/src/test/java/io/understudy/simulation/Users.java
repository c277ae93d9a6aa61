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
    /** The rows of transactions that stay open for long. */
    static final String SLOW = "slow";

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
     * Now and then a transaction stays open for hours. Prepared, it outlives restarts of the site; it ends with the
     * database, and where the server has become a standby.
     */
    void keepTransactionsOpen() {
        try {
            while (true) {
                run.turns.sleep(Duration.ofHours(2 + run.random.nextInt(40)));
                if (server.site.serves() && server.live().isPresent()) {
                    writeSlowly(run.nextNumber());
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void writeSlowly(int number) throws InterruptedException {
        DatabaseIdentity database = server.live().orElseThrow();
        int incarnation = server.site.incarnation();
        boolean prepared = run.random.nextBoolean();
        String file = "s" + number + ".txt";
        put("media", file, "slowly " + number);
        run.step("begin a long transaction", file);
        long transaction = server.log.begin();
        run.turns.sleep(Duration.ofMinutes(30 + run.random.nextInt(1800)));
        run.step("end a long transaction", file);
        boolean goesOn = server.site.serves()
                && server.live().filter(database::equals).isPresent()
                && (prepared || server.site.incarnation() == incarnation);
        if (!goesOn || run.random.nextInt(4) == 0) {
            run.tell("rolled back", file, "");
            server.log.rollBack(transaction);
            return;
        }
        Map<String, String> tables = new TreeMap<>(server.databases.tables(database));
        tables.merge(SLOW, number + "\t" + file + "\n", String::concat);
        server.log.commit(transaction, database, SLOW);
        server.databases.write(database, tables);
        run.servers.served(server);
        run.tell("committed at last", file, "");
    }

    /**
     * One request: the file first, then the rows that name it, in one transaction. It ends when the site is stopped.
     */
    void write(int number) {
        int incarnation = server.site.incarnation();
        run.fences.writing(server);
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
        if (run.holds.isOn() && number % 4 == 0) {
            // A mistake: most of it goes.
            notes.forEach(gone -> server.log.changed(live, "note", gone.split("\t")[0]));
            notes.clear();
        }
        notes.add(number + "\t" + file);
        server.log.changed(live, "note", Integer.toString(number));
        server.log.changed(live, "stamp", "");
        server.log.changed(live, "log", "");
        tables.put("note", String.join("\n", notes) + "\n");
        tables.put("stamp", number + "\n");
        tables.putIfAbsent(SLOW, "");
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
