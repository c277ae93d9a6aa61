package io.understudy.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.function.Function;

/**
 * A result with a list that may be long: each item is written as it comes, and none is kept.
 *
 * @param head a record with what comes before the list
 * @param name of the list
 * @param items asked for the first before anything is written
 * @param text of an item, for a person
 */
record Lines<T>(Object head, String name, Iterator<T> items, Function<T, String> text) {
    void write(OutputStream out, boolean json) {
        boolean any = items.hasNext();
        try (Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8))) {
            if (json) {
                String begun = Json.line(head);
                writer.write(begun.substring(0, begun.length() - 1));
                writer.write((begun.length() > 2 ? ",\"" : "\"") + name + "\":[");
            }
            for (String between = ""; any; any = items.hasNext(), between = ",") {
                T item = items.next();
                writer.write(json ? between + Json.line(item) : Terminal.plain(text.apply(item)) + "\n");
            }
            writer.write(json ? "]}\n" : "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
