package io.understudy.replica.assets;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Text of any script in ASCII, as {@code =?UTF-8?B?SsO8cmdlbg==?=}: RFC 2047, which stores use for metadata. */
final class EncodedWords {
    private static final Pattern WORD = Pattern.compile("=\\?([^?*\\s]+)(?:\\*[^?\\s]*)?\\?([BbQq])\\?([^?\\s]*)\\?=");

    /** A word has 75 characters at the most. */
    private static final int MOST_BYTES = 45;

    private static final int HEX = 16;

    private EncodedWords() {}

    /** In as many words as it takes, none of which cuts a character. */
    static String encode(String text) {
        List<String> words = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        text.codePoints().forEach(point -> {
            String next = Character.toString(point);
            if (bytes(part + next).length > MOST_BYTES) {
                words.add(word(part));
                part.setLength(0);
            }
            part.append(next);
        });
        words.add(word(part));
        return String.join(" ", words);
    }

    private static String word(StringBuilder part) {
        return "=?UTF-8?B?" + Base64.getEncoder().encodeToString(bytes(part.toString())) + "?=";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** What is no word, or one of an unknown encoding, stays. The space between two words is none of the text's. */
    static String decode(String value) {
        StringBuilder text = new StringBuilder();
        Matcher word = WORD.matcher(value);
        int end = 0;
        boolean afterWord = false;
        while (word.find()) {
            String between = value.substring(end, word.start());
            Optional<String> decoded = decoded(word.group(1), word.group(2), word.group(3));
            text.append(afterWord && decoded.isPresent() && between.isBlank() ? "" : between);
            text.append(decoded.orElse(word.group()));
            afterWord = decoded.isPresent();
            end = word.end();
        }
        return text + value.substring(end);
    }

    private static Optional<String> decoded(String charset, String form, String content) {
        try {
            byte[] bytes = form.equalsIgnoreCase("B") ? Base64.getDecoder().decode(content) : quoted(content);
            return Optional.of(new String(bytes, Charset.forName(charset)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static byte[] quoted(String content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int at = 0; at < content.length(); at++) {
            char each = content.charAt(at);
            if (each == '=' && at + 3 <= content.length()) {
                bytes.write(Integer.parseInt(content, at + 1, at + 3, HEX));
                at += 2;
            } else {
                bytes.write(each == '_' ? ' ' : each);
            }
        }
        return bytes.toByteArray();
    }
}
