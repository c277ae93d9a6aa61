package io.understudy.filestore;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.util.regex.Pattern;

/**
 * What may be a key: 1 to 1,024 characters of {@code [A-Za-z0-9._/-]}, in segments of 1 to 255 that are neither
 * {@code .} nor {@code ..}. So a key is the same on every store, needs no escaping and cannot leave a folder. An
 * adapter's own files take names that no key can have.
 */
public final class Keys {
    private static final int LONGEST = 1024;
    private static final String SEGMENT = "(?!\\.{1,2}(?:/|\\z))[A-Za-z0-9._-]{1,255}";
    private static final Pattern KEY = Pattern.compile(SEGMENT + "(?:/" + SEGMENT + ")*+");

    private Keys() {}

    /**
     * @return the key itself
     * @throws UnderstudyException {@code UNSAFE_PATH} when it is none
     */
    public static String check(String key) {
        if (!valid(key)) {
            throw new UnderstudyException(
                    ErrorCode.UNSAFE_PATH,
                    "cannot use " + shown(key) + " as a key: keys are made of A-Z a-z 0-9 . _ - and single slashes",
                    "correct the name in the configuration; if none has these characters, the filestore was tampered with");
        }
        return key;
    }

    public static boolean valid(String key) {
        return key.length() <= LONGEST && KEY.matcher(key).matches();
    }

    /** The text in quotes, shortened, with whatever could disturb a terminal replaced. */
    private static String shown(String key) {
        String head = key.length() <= 80 ? key : key.substring(0, 80) + "…";
        return "\"" + head.replaceAll("\\p{Cntrl}", "?") + "\"";
    }
}
