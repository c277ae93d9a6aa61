package io.understudy.dump;

import io.understudy.cli.Json;
import io.understudy.files.AtomicFiles;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Optional;

/**
 * What of a dump is durable, as a list next to its content: a line of JSON for each piece. A line is written when its
 * piece was forced to disk, so content without a line is cut off. Not thread-safe.
 */
final class PieceList<P> implements AutoCloseable {
    private final Path file;
    private final Class<P> type;
    private final FileChannel list;

    /** Compares a piece with the content, behind those before it. */
    interface Check<P> {
        /** @return false where the content is not as it was written: this piece and all behind it do not count */
        boolean isDurable(P piece) throws IOException;
    }

    private PieceList(Path file, Class<P> type, FileChannel list) {
        this.file = file;
        this.type = type;
        this.list = list;
    }

    /** Opens it, and changes nothing; there is an empty one where there was none. */
    static <P> PieceList<P> open(Path content, Class<P> type) throws IOException {
        Path file = DumpDraft.marks(content);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            AtomicFiles.write(file, new byte[0], AtomicFiles.PRIVATE);
        }
        return new PieceList<>(file, type, FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
    }

    /** Takes away what is behind the last piece that is as it was written; the next one is appended there. */
    void keep(Check<P> check) throws IOException {
        long good = 0;
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                long end = good + line.length() + 1;
                // Without its end it is half a line, whatever it says.
                Optional<P> piece = end > list.size() ? Optional.empty() : piece(line);
                if (piece.isEmpty() || !check.isDurable(piece.get())) {
                    break;
                }
                good = end;
            }
        }
        list.truncate(good);
        list.position(good);
    }

    private Optional<P> piece(String line) {
        try {
            return Optional.of(Json.read(line, type));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** Durable on return. @param pieces that are */
    void append(Collection<P> pieces) throws IOException {
        StringBuilder lines = new StringBuilder();
        pieces.forEach(each -> lines.append(Json.line(each)).append('\n'));
        ByteBuffer bytes = ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
            list.write(bytes);
        }
        list.force(false);
    }

    @Override
    public void close() throws IOException {
        list.close();
    }
}
