package io.understudy.cli;

import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.commons.io.output.WriterOutputStream;

/**
 * Where a command reads and writes: results on {@code out}, all else on {@code err}.
 *
 * @param bytes the same as {@code out}, not buffered, for a result that is bytes; its failures say why
 * @param asks whether there is a person to answer a question
 * @param draws whether {@code err} shows a bar that is drawn over itself
 * @param shows whether {@code out} is a screen, which bytes that are no text would put out of order
 */
public record Terminal(
        BufferedReader in,
        PrintWriter out,
        PrintWriter err,
        OutputStream bytes,
        boolean asks,
        boolean draws,
        boolean shows) {
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cc}\\p{Cf}\\u2028\\u2029&&[^\\n\\t]]");

    /** One whose results are text alone. */
    public Terminal(BufferedReader in, PrintWriter out, PrintWriter err, boolean asks, boolean draws) {
        this(in, out, err, text(out), asks, draws);
    }

    /** One whose results go to a file or a program. */
    public Terminal(
            BufferedReader in, PrintWriter out, PrintWriter err, OutputStream bytes, boolean asks, boolean draws) {
        this(in, out, err, bytes, asks, draws, false);
    }

    private static OutputStream text(PrintWriter out) {
        try {
            return WriterOutputStream.builder()
                    .setWriter(out)
                    .setCharsetDecoder(StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPLACE)
                            .onUnmappableCharacter(CodingErrorAction.REPLACE))
                    .setWriteImmediately(true)
                    .get();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The process's own streams, in UTF-8. Without {@code /proc} nothing counts as a terminal: no question is asked, no
     * bar drawn.
     */
    public static Terminal system() {
        boolean errors = isTerminal(2);
        return new Terminal(
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                new FileOutputStream(FileDescriptor.out),
                isTerminal(0) && errors,
                errors && !"dumb".equals(System.getenv("TERM")),
                isTerminal(1));
    }

    /**
     * What is shown may hold names that others chose, such as those of objects in the filestore: without the characters
     * that move a cursor, colour a line or reverse it, but for ends of lines and tabs.
     */
    static String plain(String text) {
        return CONTROL.matcher(text).replaceAll("\ufffd");
    }

    /** One line of the person's; empty when the input ended. */
    Optional<String> readLine() {
        try {
            return Optional.ofNullable(in.readLine());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static boolean isTerminal(int descriptor) {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
