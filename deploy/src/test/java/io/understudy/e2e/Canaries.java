package io.understudy.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Secrets by name, which are searched for in each form that a program may give them. */
final class Canaries {
    private final Map<String, List<String>> forms = new LinkedHashMap<>();

    /** @param value at least eight characters, so that no other text holds it by chance */
    Canaries plant(String name, String value) {
        byte[] raw = value.getBytes(StandardCharsets.UTF_8);
        String hex = HexFormat.of().formatHex(raw);
        List<String> all = new ArrayList<>(
                List.of(value, URLEncoder.encode(value, StandardCharsets.UTF_8), hex, hex.toUpperCase(Locale.ROOT)));
        for (int shift = 0; shift < 3; shift++) {
            all.add(inBase64(raw, shift));
        }
        forms.put(name, List.copyOf(all));
        return this;
    }

    /** As it stands in the Base64 of a longer text: the digits at both ends depend on what is around it. */
    private static String inBase64(byte[] raw, int shift) {
        byte[] shifted = new byte[shift + raw.length];
        System.arraycopy(raw, 0, shifted, shift, raw.length);
        String digits = Base64.getEncoder().withoutPadding().encodeToString(shifted);
        int whole = (shifted.length * 8) / 6;
        return digits.substring(shift == 0 ? 0 : shift + 1, whole);
    }

    /** The names of those that a text holds, each with the text around it. */
    List<String> in(String where, String text) {
        return except(Set.of(), where, text);
    }

    List<String> except(Set<String> allowed, String where, String text) {
        List<String> found = new ArrayList<>();
        forms.forEach((name, all) -> all.stream()
                .filter(form -> !allowed.contains(name) && text.contains(form))
                .findFirst()
                .ifPresent(form -> {
                    int at = text.indexOf(form);
                    found.add(name + " in " + where + ": "
                            + text.substring(Math.max(0, at - 150), Math.min(text.length(), at + 60)));
                }));
        return found;
    }

    /** As {@link #in(String, String)}, of a file. */
    List<String> in(Path file) {
        try {
            return in(file.toString(), Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
