package io.understudy.dump;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.PrimitiveIterator;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/** What the archive itself holds, as files: large objects, and rows that are not kept apart. */
final class ArchivedFiles {
    private final ArchiveScript archive;
    private final String encoding;
    private final Map<Integer, String> names;

    /** @param names of the files, by the number of the entry whose content goes there */
    ArchivedFiles(ArchiveScript archive, String encoding, Map<Integer, String> names) {
        this.archive = archive;
        this.encoding = encoding;
        this.names = Map.copyOf(names);
    }

    /** In the archive's order. */
    void write(DumpMembers members) throws IOException {
        Sizes sizes = new Sizes();
        read((name, content) -> members.add(name, sizes, content));
    }

    /** Receives the files in their order. */
    private interface Files {
        void add(String name, DumpMembers.Content content) throws IOException;
    }

    /** Sizes of the files in their order, which the archive says nowhere: it is read once more. */
    private final class Sizes implements LongSupplier {
        private PrimitiveIterator.OfLong all;

        @Override
        public long getAsLong() {
            if (all == null) {
                all = counted();
            }
            return all.nextLong();
        }

        private PrimitiveIterator.OfLong counted() {
            LongStream.Builder found = LongStream.builder();
            try {
                read((name, content) -> found.add(CountedBytes.of(content)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return found.build().iterator();
        }
    }

    private void read(Files files) throws IOException {
        if (names.isEmpty()) {
            return;
        }
        try (InputStream in = archive.open()) {
            ArchiveStream entries = ArchiveStream.open(in, encoding);
            while (entries.hasNext()) {
                entries.next();
            }
            for (ArchiveStream.Block block = entries.block(); block != null; block = entries.block()) {
                String file = names.get(block.id());
                if (block.isOfObjects()) {
                    objects(block, file, files);
                } else if (file == null) {
                    block.copy(OutputStream.nullOutputStream());
                } else {
                    files.add(file, new BlockContent(block));
                }
            }
        }
    }

    /** The list comes behind the objects: pg_restore that reads a tar archive takes it for their end. */
    private static void objects(ArchiveStream.Block block, String file, Files files) throws IOException {
        StringBuilder list = new StringBuilder();
        for (int number = block.object(); number != 0; number = block.object()) {
            String name = "blob_" + Integer.toUnsignedString(number) + ".dat";
            if (file == null) {
                block.copy(OutputStream.nullOutputStream());
            } else {
                files.add(name, new BlockContent(block));
            }
            list.append(Integer.toUnsignedString(number))
                    .append(' ')
                    .append(name)
                    .append('\n');
        }
        if (file != null) {
            byte[] bytes = list.toString().getBytes(StandardCharsets.US_ASCII);
            files.add(file, (out, from) -> new BytesBehind(out, from).write(bytes));
        }
    }

    /** A piece of the archive, which is read past once. */
    private record BlockContent(ArchiveStream.Block block) implements DumpMembers.Content {
        @Override
        public void write(OutputStream out, long from) throws IOException {
            block.copy(new BytesBehind(out, from));
        }

        @Override
        public void pass() throws IOException {
            block.copy(OutputStream.nullOutputStream());
        }
    }
}
