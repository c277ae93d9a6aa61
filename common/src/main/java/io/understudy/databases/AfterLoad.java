package io.understudy.databases;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.FileFailure;
import io.understudy.files.Sha256;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * A file of SQL that changes a restored copy on this standby.
 *
 * @param sql all of it
 */
record AfterLoad(Path file, String sql) {
    /** The last line that a client writes, where it came to the end of the file. */
    private static final String MARK = "understudy came to the end";

    /** @throws UnderstudyException {@code CONFIG_INVALID}, {@code FILE_*} */
    static AfterLoad read(Path file) {
        try {
            return new AfterLoad(file, Files.readString(file));
        } catch (CharacterCodingException e) {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot use " + file + " (databases[].after_load): it is not UTF-8 text",
                    "save it as UTF-8",
                    e);
        } catch (IOException e) {
            throw FileFailure.of("read", file, e);
        }
    }

    /** @throws UnderstudyException {@code CONFIG_INVALID} where a server's client would leave the copy by it */
    AfterLoad requireOneSchema() {
        ClientScript.find(sql).ifPresent(finding -> {
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot use " + file + " (databases[].after_load): line " + finding.line()
                            + (finding.changesSchema()
                                    ? " changes the schema, and the copy is in one of its own"
                                    : " has a command of the client"),
                    finding.changesSchema()
                            ? "leave USE out, and name tables without a schema"
                            : "write SQL alone; DELIMITER is understood");
        });
        return this;
    }

    /** All of it, with its end. @param end statements that close what it began */
    String whole(String end) {
        return sql + "\n;\n" + end + "SELECT '" + MARK + "';\n";
    }

    /**
     * @param output what the client wrote of {@link #whole}
     * @throws UnderstudyException {@code LOAD_FAILED} where it did not come to its end: a comment swallowed the rest
     */
    void requireWhole(String output) {
        if (!output.contains(MARK)) {
            throw new UnderstudyException(
                    ErrorCode.LOAD_FAILED,
                    "cannot " + what() + " the copy: the client did not come to its end",
                    "close the comment or the quotes that are open at the end of the file, and leave commands of the"
                            + " client out; what is live was not touched");
        }
    }

    /** What it does, for {@link Programs#change}. */
    String what() {
        return "run " + file + " (databases[].after_load) on";
    }

    String hash() {
        byte[] bytes = sql.getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(Sha256.of(bytes, 0, bytes.length));
    }
}
