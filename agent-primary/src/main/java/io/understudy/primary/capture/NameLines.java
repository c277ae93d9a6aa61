package io.understudy.primary.capture;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

/** The names in one column of COPY's text format. One at a time is in memory. */
final class NameLines {
    private NameLines() {}

    /** @param each receives every name but NULL and empty ones, as the rows have it */
    static void read(InputStream lines, Consumer<byte[]> each) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = lines.read(); b >= 0; b = lines.read()) {
            if (b != '\n') {
                line.write(b);
                continue;
            }
            byte[] text = line.toByteArray();
            boolean none = text.length == 0 || text.length == 2 && text[0] == '\\' && text[1] == 'N';
            if (!none) {
                each.accept(unescaped(text));
            }
            line.reset();
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
