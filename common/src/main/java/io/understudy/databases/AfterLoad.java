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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file of SQL that changes a restored copy on this standby.
 *
 * @param sql all of it
 */
record AfterLoad(Path file, String sql) {
    /** It would leave the copy for a schema that is live. */
    private static final Pattern USE =
            Pattern.compile("(?im)^[ \\t]*(?:USE(?=[ \\t`])(?![ \\t]+(?:INDEX|KEY)\\b)|\\\\u[ \\t]).*$");

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

    /** @throws UnderstudyException {@code CONFIG_INVALID} where it changes to another schema */
    AfterLoad requireOneSchema() {
        Matcher use = USE.matcher(sql);
        if (use.find()) {
            long line = 1 + sql.substring(0, use.start()).lines().count();
            throw new UnderstudyException(
                    ErrorCode.CONFIG_INVALID,
                    "cannot use " + file + " (databases[].after_load): line " + line
                            + " changes the schema, and the copy is in one of its own",
                    "leave USE out, and name tables without a schema");
        }
        return this;
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
