package io.understudy.primary.capture;

import io.understudy.config.ClosureRule;
import io.understudy.files.RelativePath;
import io.understudy.repository.ClosureData;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks for names in a tree. Of what is missing the first {@link ClosureData#MOST} are kept, and a hash of each of the
 * first million, so that none counts twice.
 */
final class NamesCheck {
    private static final int MOST_DISTINCT = 1_000_000;

    private final PathSet files;
    private final Set<Long> missing = new HashSet<>();
    private final List<String> paths = new ArrayList<>();
    private long named;
    private long beyond;

    NamesCheck(PathSet files) {
        this.files = files;
    }

    /** @param lines of COPY's text format */
    ClosureData of(ClosureRule rule, InputStream lines) throws IOException {
        NameLines.read(lines, this::name);
        return new ClosureData(rule.tree(), rule.query(), named, missing.size() + beyond, paths, null);
    }

    private void name(byte[] name) {
        byte[] path = RelativePath.normalised(name);
        named++;
        if (path.length > 0 && files.holds(path)) {
            return;
        }
        if (missing.size() >= MOST_DISTINCT) {
            beyond++;
        } else if (missing.add(PathSet.hash(path)) && paths.size() < ClosureData.MOST) {
            String text = new String(name, StandardCharsets.UTF_8);
            paths.add(text.length() <= ClosureData.LONGEST ? text : text.substring(0, ClosureData.LONGEST) + "…");
        }
    }
}
