package io.understudy.dns;

import io.understudy.cli.Problem;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What came of pointing the names to this server.
 *
 * @param names of the site
 * @param to what they are to have
 * @param changed whether the command or the update succeeded; false also where nothing was to be changed
 * @param agrees whether all resolvers say so now
 * @param seconds from the beginning to the last answer
 * @param waiting what the others say
 * @param error why it failed, or which resolvers do not agree
 */
public record DnsSwitched(
        List<String> names,
        List<String> to,
        boolean changed,
        boolean agrees,
        double seconds,
        List<String> waiting,
        Optional<Problem> error) {
    public DnsSwitched {
        names = List.copyOf(names);
        to = List.copyOf(to);
        waiting = List.copyOf(waiting);
    }

    public String text() {
        String result = String.join(", ", names) + (agrees ? " point" : " do not all point") + " to "
                + String.join(", ", to) + (changed ? "" : agrees ? ", as before" : "")
                + String.format(java.util.Locale.ROOT, " (%.1f s)", seconds);
        return waiting.isEmpty()
                ? result
                : result + "\n" + waiting.stream().map(each -> "  " + each).collect(Collectors.joining("\n"));
    }
}
