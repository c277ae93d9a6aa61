package io.understudy.filestore.directory;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.commons.io.FileUtils;

/**
 * A disk whose power goes at one of its operations: from then on each fails, and {@link #lose} takes from the files
 * what was never forced: content in part, names altogether. It takes each by itself, as if the file system kept no
 * order at all. Thread-safe.
 */
final class PowerLossDisk extends Disk {
    /** So that no code under test catches it as a failure of one file. */
    static final class Lost extends Error {
        private static final long serialVersionUID = 1;

        Lost() {
            super("the power is gone", null, false, false);
        }
    }

    private final int last;
    private final Map<FileChannel, Path> open = new HashMap<>();
    private final Set<Path> unforcedContent = new HashSet<>();
    private final Set<Path> unforcedNames = new LinkedHashSet<>();
    private int operations;

    /** @param last the operation that is the last to succeed */
    PowerLossDisk(int last) {
        this.last = last;
    }

    synchronized int operations() {
        return operations;
    }

    private void step() {
        if (operations++ >= last) {
            throw new Lost();
        }
    }

    @Override
    synchronized FileChannel create(Path file) throws IOException {
        step();
        FileChannel channel = super.create(file);
        open.put(channel, file);
        unforcedContent.add(file);
        unforcedNames.add(file);
        return channel;
    }

    @Override
    synchronized void force(FileChannel file) throws IOException {
        step();
        unforcedContent.remove(open.remove(file));
    }

    @Override
    synchronized void createFolder(Path folder) throws IOException {
        step();
        super.createFolder(folder);
        unforcedNames.add(folder);
    }

    @Override
    synchronized void link(Path name, Path file) throws IOException {
        step();
        super.link(name, file);
        renamed(name, file);
    }

    @Override
    synchronized void rename(Path from, Path to) throws IOException {
        step();
        super.rename(from, to);
        renamed(to, from);
        unforcedContent.remove(from);
        unforcedNames.remove(from);
    }

    private void renamed(Path name, Path file) {
        unforcedNames.add(name);
        if (unforcedContent.contains(file)) {
            unforcedContent.add(name);
        }
    }

    @Override
    synchronized void force(Path folder) {
        step();
        unforcedNames.removeIf(name -> name.getParent().equals(folder));
    }

    /** What is left when the power is back. */
    synchronized void lose(Random random) throws IOException {
        for (Path file : unforcedContent) {
            if (Files.isRegularFile(file) && random.nextBoolean()) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(channel.size() * random.nextInt(4) / 4);
                }
            }
        }
        for (Path name : unforcedNames) {
            if (random.nextBoolean() && Files.exists(name)) {
                FileUtils.forceDelete(name.toFile());
            }
        }
    }
}
