package io.understudy.state;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.understudy.files.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/**
 * The field {@code check} of a state file: the beginning of the SHA-256 of the rest but {@code format}, as JSON without
 * blanks. A digit that went bad would name another database, perhaps one that is not Understudy's to drop.
 */
final class StateCheck {
    private static final String FORMAT = "format";
    private static final String CHECK = "check";
    private static final int CHECK_BYTES = 8;

    private StateCheck() {}

    /** Adds the check, or replaces it. */
    static void seal(ObjectNode document) {
        document.remove(CHECK);
        document.put(CHECK, of(document));
    }

    /** Whether all stands as it was sealed. */
    static boolean isWhole(ObjectNode document) {
        return of(document).equals(document.path(CHECK).asText());
    }

    private static String of(ObjectNode document) {
        ObjectNode content = document.deepCopy();
        content.remove(List.of(FORMAT, CHECK));
        byte[] bytes = content.toString().getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(Sha256.of(bytes, 0, bytes.length), 0, CHECK_BYTES);
    }
}
