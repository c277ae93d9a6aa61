package io.understudy.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A rule that an input breaks.
 *
 * @param target the name of the parser
 * @param seeds that make the input
 * @param shortest an input that breaks the same rule at the same place, as short as was found
 */
public record Finding(String target, List<Long> seeds, Fault fault, byte[] shortest) {
    private static final int SHOWN = 400;

    /** For people, with the command that runs the same input again. */
    public String text() {
        String input = new String(shortest, StandardCharsets.UTF_8);
        boolean plain = input.length() <= SHOWN && input.chars().allMatch(c -> c >= ' ' && c < 0x7f || c == '\n');
        String encoded = Base64.getEncoder().encodeToString(shortest);
        String shown = plain
                ? input
                : "base64 " + (encoded.length() > 8 * SHOWN ? encoded.substring(0, 8 * SHOWN) + "…" : encoded);
        return "FINDING in " + target + ": " + fault.text() + "\nshortest input, " + shortest.length + " bytes: "
                + shown + "\nreplay: deploy/soak --fuzz --only " + target + " --seed " + path(seeds);
    }

    /** {@code 17.3.99} */
    static String path(List<Long> seeds) {
        return seeds.stream().map(String::valueOf).collect(Collectors.joining("."));
    }
}
