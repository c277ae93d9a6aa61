package io.understudy.replica.rewrite;

import io.understudy.config.RewriteRule;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.SafePath;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The text of a file, where it is one: UTF-8 without NUL. */
final class FileText {
    /** Bytes of the longest file whose text is replaced. */
    static final long LONGEST = 16L << 20;

    private FileText() {}

    /** @return empty where the content is no text */
    static Optional<String> of(byte[] content) {
        for (byte each : content) {
            if (each == 0) {
                return Optional.empty();
            }
        }
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    static UnderstudyException unfit(SafePath path, RewriteRule rule, String why) {
        return new UnderstudyException(
                ErrorCode.FILE_UNSUPPORTED,
                "cannot rewrite \"" + path + "\" by " + rule.text() + ": " + why,
                "let the rule's path name text files alone, or lay a file of this server over it with overlay");
    }
}
