package io.understudy.dump;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.dump.ArchiveItem.Section;
import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import java.io.ByteArrayInputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/** Archives of pg_dump, and the names of tables that a person gives. */
public final class DumpFuzz {
    private DumpFuzz() {}

    public static List<Named> targets() {
        return List.of(
                new Named("dump-archive", DumpFuzz::archive), new Named("table-pattern", DumpFuzz::tablePattern));
    }

    /** Lengths and numbers may say anything: memory is taken for what is there. */
    private static FuzzTarget archive() {
        return FuzzTarget.of(
                Form.BYTES, List.of(SampleArchive.of(14), SampleArchive.of(15), SampleArchive.of(16)), input -> {
                    ArchiveStream stream = ArchiveStream.open(new ByteArrayInputStream(input), "UTF8");
                    while (stream.hasNext()) {
                        stream.next();
                        assertThat(stream.raw().length).isLessThanOrEqualTo(input.length);
                    }
                    for (ArchiveStream.Block block = stream.block(); block != null; block = stream.block()) {
                        if (!block.isOfObjects()) {
                            block.copy(OutputStream.nullOutputStream());
                            continue;
                        }
                        while (block.object() != 0) {
                            block.copy(OutputStream.nullOutputStream());
                        }
                    }
                });
    }

    /** A name in double quotes means itself, whatever is in it. */
    private static FuzzTarget tablePattern() {
        return FuzzTarget.text(List.of("public.note*", "\"A.b\".c?", "größe"), input -> {
                    String text = new String(input, StandardCharsets.UTF_8);
                    if (!text.isEmpty()) {
                        String quoted = '"' + text.replace("\"", "\"\"") + '"';
                        assertThat(TablePattern.parse(quoted).matches(table(text)))
                                .isTrue();
                        assertThat(TablePattern.parse(quoted).matches(table(text + "x")))
                                .isFalse();
                    }
                    TablePattern.parse(text).matches(table(text));
                })
                .knowing("*", "?", ".", "\"", "\\", "\\E", "[", "(", "{", "+", "|", "^", "$");
    }

    private static ArchiveItem table(String name) {
        return new ArchiveItem(
                1, "TABLE", Section.PRE_DATA, "public", name, "", Set.of(), false, java.util.Optional.empty());
    }
}
