package io.understudy.mutations;

import io.understudy.mutations.Mutation.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A promise of the design with its mutations, from a file of {@code src/test/mutations}:
 *
 * <pre>
 * # 1. Commit last
 * == the manifest is copied before the blobs
 * keeper: common/io.understudy.repository.Copying#run
 * test: common/io.understudy.repository.TransferTest#theManifestComesLast
 * - fetch(content);
 * + write(snapshot, signed.bytes());
 * </pre>
 */
record Promise(int number, String title, List<Mutation> mutations) {
    private static final Path FOLDER = Path.of("src/test/mutations");

    static List<Promise> all() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.sorted().map(Promise::read).toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Promise read(Path file) {
        try {
            String[] blocks = Files.readString(file).split("(?m)^== ");
            String[] title = blocks[0].strip().split("[.] ", 2);
            int number = Integer.parseInt(title[0].substring(2));
            List<Mutation> mutations = new ArrayList<>();
            for (int i = 1; i < blocks.length; i++) {
                mutations.add(mutation(number, blocks[i].lines().toList()));
            }
            return new Promise(number, title[1], List.copyOf(mutations));
        } catch (IOException | RuntimeException e) {
            throw new AssertionError("cannot read " + file, e);
        }
    }

    private static Mutation mutation(int promise, List<String> lines) {
        return new Mutation(
                promise,
                lines.get(0),
                Member.parse(only(lines, "keeper: ").get(0)),
                Member.parse(only(lines, "test: ").get(0)),
                only(lines, "-").stream().map(String::strip).toList(),
                only(lines, "+"));
    }

    private static List<String> only(List<String> lines, String mark) {
        return lines.stream()
                .filter(line -> line.startsWith(mark))
                .map(line -> line.substring(mark.length()))
                .toList();
    }
}
