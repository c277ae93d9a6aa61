package io.understudy.replica.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.fuzz.FuzzTarget;
import io.understudy.fuzz.FuzzTarget.Form;
import io.understudy.fuzz.FuzzTarget.Named;
import io.understudy.process.CommandResult;
import io.understudy.repository.DatabaseData.TableContent;
import io.understudy.repository.DatabaseData.TableData;
import io.understudy.repository.blob.StreamRef;
import io.understudy.repository.digest.Lines;
import io.understudy.repository.digest.RowReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What a load reads: rows, their keys, pg_restore's lists and errors, versions of extensions. */
public final class LoadFuzz {
    private static final List<String> COLUMNS = List.of("a", "id", "b", "area");
    private static final String ROWS = "a\t1\tb\tk\n\\N\t2\t\\t\\\\\tk \"q\" \\\\ '\n";
    private static final String ERRORS = """
            pg_restore: connecting to database for restore
            pg_restore: error: could not execute query: ERROR:  relation "look" does not exist
            LINE 1: select count(*)::int from look where k=$1
            QUERY:  select count(*)::int from look where k=$1
            CONTEXT:  SQL function "fs" during inlining
            Command was: CREATE TABLE public.z (
                a integer
            );
            pg_restore: error: COPY failed for table "x": ERROR:  type "mood" does not exist
            CONTEXT:  PL/pgSQL function public.fp(integer,text) line 1 at RETURN
            COPY x, line 1
            """;

    private LoadFuzz() {}

    public static List<Named> targets() {
        return List.of(
                new Named("row-reader", LoadFuzz::rowReader),
                new Named("keys", LoadFuzz::keys),
                new Named("archive-list", LoadFuzz::archiveList),
                new Named("restore-errors", LoadFuzz::restoreErrors),
                new Named("versions", LoadFuzz::versions));
    }

    private static FuzzTarget rowReader() {
        return FuzzTarget.of(Form.TEXT, List.of(ROWS.getBytes(StandardCharsets.UTF_8)), input -> {
                    ByteArrayOutputStream all = new ByteArrayOutputStream();
                    try (RowReader reader = new RowReader(new ByteArrayInputStream(input))) {
                        while (reader.next()) {
                            all.write(reader.buffer(), reader.start(), reader.end() + 1 - reader.start());
                        }
                        assertThat(reader.bytes()).isEqualTo(input.length);
                    }
                    assertThat(all.toByteArray()).isEqualTo(input);
                })
                .documenting(IOException.class)
                .knowing("\n");
    }

    /** The arrays hold exactly the keys, as PostgreSQL reads them. */
    private static FuzzTarget keys() {
        TableData table = new TableData(
                "s", "t", COLUMNS, List.of("area", "id"), 1, 1, null, null, new TableContent(StreamRef.of(List.of())));
        return FuzzTarget.of(Form.TEXT, List.of(ROWS.getBytes(StandardCharsets.UTF_8)), input -> {
                    // Digits of lines that are too short stand for keys of the line before: nothing makes such lines.
                    byte[] sound = sound(input);
                    Lines lines = Lines.of(() -> new ByteArrayInputStream(sound));
                    KeyText keys = new KeyText(table, COLUMNS);
                    if (keys.arePlain(lines)) {
                        List<String> areas = new ArrayList<>();
                        List<String> ids = new ArrayList<>();
                        keys.batches(lines, 3, arrays -> {
                            areas.addAll(elements(arrays.get(0)));
                            ids.addAll(elements(arrays.get(1)));
                        });
                        assertThat(areas).isEqualTo(field(sound, 3));
                        assertThat(ids).isEqualTo(field(sound, 1));
                    }
                })
                .knowing("\\", "\\\\", "\"", "{", "}", ",", "NULL", "\\N", "\t", "\n");
    }

    /** Of the lines those with four fields. */
    private static byte[] sound(byte[] input) {
        StringBuilder sound = new StringBuilder();
        new String(input, StandardCharsets.ISO_8859_1)
                .lines()
                .filter(line -> line.split("\t", -1).length == COLUMNS.size())
                .forEach(line -> sound.append(line).append('\n'));
        return sound.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static List<String> field(byte[] lines, int number) {
        return new String(lines, StandardCharsets.ISO_8859_1)
                .lines()
                .map(line -> io.understudy.postgres.CopyText.unescape(line.split("\t", -1)[number]))
                .toList();
    }

    /** Of an array's text, as {@code array_in} reads it. */
    private static List<String> elements(String array) {
        List<String> elements = new ArrayList<>();
        int at = 1;
        assertThat(array.charAt(0)).isEqualTo('{');
        while (array.charAt(at) != '}') {
            assertThat(array.charAt(at++)).isEqualTo('"');
            StringBuilder element = new StringBuilder();
            for (; array.charAt(at) != '"'; at++) {
                at += array.charAt(at) == '\\' ? 1 : 0;
                element.append(array.charAt(at));
            }
            elements.add(element.toString());
            at++;
            at += array.charAt(at) == ',' ? 1 : 0;
        }
        assertThat(at).isEqualTo(array.length() - 1);
        return elements;
    }

    private static FuzzTarget archiveList() {
        return FuzzTarget.text(
                        List.of(
                                "3386; 0 16389 TABLE DATA public t postgres",
                                "3387; 2606 16391 FK CONSTRAINT public t t_fk postgres",
                                "3388; 0 0 COMMENT - LARGE OBJECT 4711 postgres"),
                        input -> {
                            ArchiveEntry entry = ArchiveEntry.of(new String(input, StandardCharsets.UTF_8));
                            entry.isConstraintOnRows();
                            entry.isAbout();
                            entry.isIndexOrTrigger();
                            entry.owner(Set.of("postgres", ""));
                            entry.isOfLargeObjects();
                            entry.isSequence();
                            entry.isRowsOf(Set.of("public t"));
                            entry.isPlain();
                            assertThat(entry.isRows() ? entry.name() : "").isNotNull();
                        })
                .knowing("TABLE DATA ", "BLOB", "; ", " - LARGE OBJECTS ");
    }

    private static FuzzTarget restoreErrors() {
        return FuzzTarget.text(List.of(ERRORS), input -> {
                    String errors = new String(input, StandardCharsets.UTF_8);
                    assertThat(RestoreErrors.of("data", new CommandResult(1, "", errors, Duration.ZERO))
                                    .getMessage())
                            .hasSizeLessThan(1000);
                })
                .knowing("pg_restore: error: ", "Command was: ", "CONTEXT:  ", "DETAIL:  ", "role \"");
    }

    private static FuzzTarget versions() {
        return FuzzTarget.text(List.of("3.4.1", "1.0", "2.0.1-beta2"), input -> {
                    String text = new String(input, StandardCharsets.UTF_8);
                    assertThat(VersionText.compare(text, text)).isZero();
                    assertThat(Integer.signum(VersionText.compare(text, "2.5")))
                            .isEqualTo(-Integer.signum(VersionText.compare("2.5", text)));
                })
                .knowing(".", "-", "x");
    }
}
