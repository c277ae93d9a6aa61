package io.understudy.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How the site is stopped around the moment of a snapshot.
 *
 * @param stop,start commands as argument lists, run without a shell
 * @param limit how long the site may be stopped, and each command may take; 1 s to 1 h, default 60 s
 * @param links whether the trees are fixed by hard links to their files, which the snapshot reads then
 * @param freeze,thaw commands that make copies of the trees while the site is stopped, and remove them after the
 *     snapshot; empty: none
 * @param frozen where {@code freeze} puts the copies, by the name of the tree
 */
public record QuiesceSettings(
        List<String> stop,
        List<String> start,
        Duration limit,
        boolean links,
        List<String> freeze,
        List<String> thaw,
        Map<String, Path> frozen) {
    public QuiesceSettings {
        stop = List.copyOf(stop);
        start = List.copyOf(start);
        freeze = List.copyOf(freeze);
        thaw = List.copyOf(thaw);
        frozen = Map.copyOf(frozen);
    }

    /** Whether Understudy fixes the trees itself, by links. */
    public boolean fixesByLinks() {
        return links && freeze.isEmpty();
    }
}
