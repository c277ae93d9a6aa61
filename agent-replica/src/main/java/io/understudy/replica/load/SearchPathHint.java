package io.understudy.replica.load;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Recognises a function that relies on the caller's search_path: dumps are restored with an empty one, so it finds
 * nothing.
 */
final class SearchPathHint {
    private static final Pattern LACKS =
            Pattern.compile("(relation|function|type|operator|table|collation) .*does not exist", Pattern.DOTALL);
    private static final Pattern FUNCTION =
            Pattern.compile("(?:PL/\\w+ function ([^\\n]+?\\))|SQL function \"([^\\n]+?)\")(?: |$)");

    private SearchPathHint() {}

    /**
     * @param message of the server
     * @param context in which it failed, as the server gives it
     */
    static Optional<String> of(String message, String context) {
        Matcher function = FUNCTION.matcher(context);
        if (!LACKS.matcher(message).find() || !function.find()) {
            return Optional.empty();
        }
        String name = function.group(1) == null ? function.group(2) + "(…)" : function.group(1);
        return Optional.of(
                "functions run with an empty search_path while a dump is restored; on the primary, run ALTER FUNCTION "
                        + name + " SET search_path = public, pg_temp, or name the schema in its body");
    }
}
