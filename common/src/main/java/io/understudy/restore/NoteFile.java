package io.understudy.restore;

import io.understudy.cli.Json;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FileFailure;
import io.understudy.files.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A note of what a dump or a restore began, as a line of JSON that this user alone reads. */
public final class NoteFile {
    private static final Logger LOG = LoggerFactory.getLogger(NoteFile.class);
    private static final int DIGITS = 16;

    private NoteFile() {}

    /** Part of a file's name for any name of a file or a database: 16 digits of its SHA-256. */
    public static String digits(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(Sha256.of(bytes, 0, bytes.length)).substring(0, DIGITS);
    }

    /** Empty where there is no file, a link, or none that is such a note, which is logged. */
    public static <T> Optional<T> read(Path file, Class<T> type) {
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(Json.read(Files.readString(file, StandardCharsets.UTF_8), type));
        } catch (IllegalArgumentException e) {
            LOG.info("the note {} can't be read, so what it is of is not known: {}", file, e.getMessage());
            return Optional.empty();
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
    }

    /** Durable on return. @param file in a folder that exists */
    public static void write(Path file, Object note) {
        AtomicFiles.write(file, (Json.line(note) + "\n").getBytes(StandardCharsets.UTF_8), AtomicFiles.PRIVATE);
    }
}
