package io.understudy.primary.capture;

import io.understudy.config.ClosureRule;
import io.understudy.repository.ClosureData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Looks for names in a tree, one line of COPY's text format after the other. Of what is missing the first
 * {@link ClosureData#MOST} are kept, and a hash of each of the first million, so that none counts twice.
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

    ClosureData of(ClosureRule rule, InputStream lines) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = lines.read(); b >= 0; b = lines.read()) {
            if (b == '\n') {
                name(line.toByteArray());
                line.reset();
            } else {
                line.write(b);
            }
        }
        return new ClosureData(rule.tree(), rule.query(), named, missing.size() + beyond, paths, null);
    }

    private void name(byte[] line) {
        if (line.length == 2 && line[0] == '\\' && line[1] == 'N') {
            return;
        }
        byte[] name = unescaped(line);
        byte[] path = RelativePath.normalised(name);
        if (name.length == 0) {
            return;
        }
        named++;
        if (path.length > 0 && files.holds(path)) {
            return;
        }
        if (missing.size() >= MOST_DISTINCT) {
            beyond++;
        } else if (missing.add(PathSet.hash(path, path.length)) && paths.size() < ClosureData.MOST) {
            String text = new String(name, StandardCharsets.UTF_8);
            paths.add(text.length() <= ClosureData.LONGEST ? text : text.substring(0, ClosureData.LONGEST) + "…");
        }
    }

    /** As the documentation of COPY says: a backslash before what would end a field or a line. */
    private static byte[] unescaped(byte[] line) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(line.length);
        for (int i = 0; i < line.length; i++) {
            if (line[i] != '\\' || i + 1 == line.length) {
                out.write(line[i]);
                continue;
            }
            i++;
            out.write(
                    switch (line[i]) {
                        case 'b' -> '\b';
                        case 'f' -> '\f';
                        case 'n' -> '\n';
                        case 'r' -> '\r';
                        case 't' -> '\t';
                        case 'v' -> 0x0b;
                        default -> line[i];
                    });
        }
        return out.toByteArray();
    }
}
