package io.understudy.testing;

import io.understudy.files.FolderDeletion;
import io.understudy.files.RawPaths;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Makes and changes trees by chance: all kinds of entries, names of any bytes, every mode and time. The same seed makes
 * the same tree.
 */
public final class RandomTree {
    private static final byte[][] ODD = {
        {(byte) 0xff, (byte) 0xfe},
        "with space".getBytes(StandardCharsets.UTF_8),
        "new\nline".getBytes(StandardCharsets.UTF_8),
        "quote\"'\\".getBytes(StandardCharsets.UTF_8),
        "\u00e9t\u00e9 \u4e2d\u6587 \ud83c\udfad".getBytes(StandardCharsets.UTF_8),
        "x".repeat(255).getBytes(StandardCharsets.UTF_8),
        {'-', 'r', 'f'},
        {'l', 'a', 't', 'i', 'n', (byte) 0xe9},
        {0x01, 0x7f, 0x1b},
        "%41%zz".getBytes(StandardCharsets.UTF_8),
        ".hidden".getBytes(StandardCharsets.UTF_8),
    };

    private final Path root;
    private final Random random;
    private int made;

    public RandomTree(Path root, long seed) {
        this.root = root;
        this.random = new Random(seed);
    }

    /** Adds files, folders and links. */
    public RandomTree grow(int entries) throws IOException {
        for (int i = 0; i < entries; i++) {
            create(child(anyFolder()));
        }
        return setAttributes(root);
    }

    /** Changes, replaces, renames, deletes and adds. */
    public RandomTree mutate(int times) throws IOException {
        for (int i = 0; i < times; i++) {
            List<Path> all = all();
            if (all.isEmpty() || random.nextInt(4) == 0) {
                create(child(anyFolder()));
                continue;
            }
            change(all.get(random.nextInt(all.size())));
        }
        return setAttributes(root);
    }

    private void change(Path victim) throws IOException {
        switch (random.nextInt(6)) {
            case 0 -> FolderDeletion.delete(victim);
            case 1 -> {
                FolderDeletion.delete(victim);
                create(victim);
            }
            case 2 -> move(victim);
            case 3 -> setAttributes(victim);
            default -> {
                if (Files.isRegularFile(victim, LinkOption.NOFOLLOW_LINKS)) {
                    Files.write(victim, content());
                }
                setAttributes(victim);
            }
        }
    }

    private void move(Path victim) throws IOException {
        Path to = child(anyFolder());
        if (!to.startsWith(victim) && !Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
            Files.move(victim, to);
        }
    }

    private void create(Path path) throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> Files.createDirectory(path);
            case 3 -> Files.createSymbolicLink(path, Path.of(random.nextBoolean() ? "../up/./there" : "/etc/passwd"));
            default -> Files.write(path, content());
        }
        setAttributes(path);
    }

    private byte[] content() {
        int[] sizes = {0, 1, 100, 511, 512, 513, 5_000, 70_000, 1 << 20, (1 << 20) + 1};
        byte[] content = new byte[sizes[random.nextInt(random.nextInt(12) == 0 ? sizes.length : 7)]];
        if (random.nextBoolean()) {
            random.nextBytes(content);
        }
        return content;
    }

    private RandomTree setAttributes(Path path) throws IOException {
        if (!Files.isSymbolicLink(path)) {
            int base = Files.isDirectory(path) ? 0700 : 0600;
            Files.setAttribute(
                    path, "unix:mode", base | random.nextInt(01000) & 0077 | (random.nextInt(10) == 0 ? 02000 : 0));
        }
        Files.getFileAttributeView(path, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                .setTimes(
                        FileTime.from(Instant.ofEpochSecond(random.nextInt(), random.nextInt(1_000_000_000))),
                        null,
                        null);
        return this;
    }

    private Path child(Path folder) {
        byte[] name = random.nextInt(3) == 0
                ? ODD[random.nextInt(ODD.length)]
                : ("n" + made++).getBytes(StandardCharsets.US_ASCII);
        byte[] parent = RawPaths.bytes(folder);
        byte[] full = new byte[parent.length + 1 + name.length];
        System.arraycopy(parent, 0, full, 0, parent.length);
        full[parent.length] = '/';
        System.arraycopy(name, 0, full, parent.length + 1, name.length);
        return RawPaths.absolute(full);
    }

    private Path anyFolder() throws IOException {
        List<Path> folders = new ArrayList<>(all().stream()
                .filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
                .filter(path -> RawPaths.bytes(path).length < 2000)
                .toList());
        folders.add(root);
        return folders.get(random.nextInt(folders.size()));
    }

    private List<Path> all() throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.filter(path -> !path.equals(root))
                    .filter(path -> !path.startsWith(root.resolve(".understudy")))
                    .sorted()
                    .toList();
        }
    }
}
