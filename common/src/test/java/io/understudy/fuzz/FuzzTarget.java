package io.understudy.fuzz;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * One parser of bytes that others write. Each input ends in a value or in a failure that the parser documents, within
 * bounds of time and of memory. What else must hold, such as that a value which is written again is read as the same
 * value, the parser's {@link Parser} checks.
 */
public final class FuzzTarget implements Closeable {
    private static final long SOME = 16L << 20;
    private static final long FOR_A_BYTE = 1500;
    /** Inputs in every test run. */
    private static final int SHARE = 25;

    private static final int SMALL_SHARE = 4;

    private final Form form;
    private final List<byte[]> corpus;
    private final Parser parser;
    private final List<Class<? extends Throwable>> documented = new ArrayList<>();
    private final List<String> words = new ArrayList<>();
    private Closeable resource = () -> {};
    private int share = SHARE;
    private long most = SOME;
    private long mostForAByte = FOR_A_BYTE;

    /** How an input is built, which decides how it is mutated; the inputs need not be of that form any more. */
    public enum Form {
        BYTES,
        TEXT,
        /** JSON documents, one on each line. */
        JSON
    }

    /** Reads one input. */
    @FunctionalInterface
    public interface Parser {
        /**
         * @throws UnderstudyException as the parser documents
         * @throws AssertionError when a rule is broken
         */
        void parse(byte[] input) throws Exception;
    }

    /** A target by its name; opening it may take files and sockets. */
    public record Named(String name, Callable<FuzzTarget> opener) {}

    private FuzzTarget(Form form, List<byte[]> corpus, Parser parser) {
        this.form = form;
        this.corpus = List.copyOf(corpus);
        this.parser = parser;
    }

    /** @param corpus real inputs, as Understudy or the other side writes them; at least one */
    public static FuzzTarget of(Form form, List<byte[]> corpus, Parser parser) {
        return new FuzzTarget(form, corpus, parser);
    }

    /** As {@link #of(Form, List, Parser)}, of texts. */
    public static FuzzTarget text(List<String> corpus, Parser parser) {
        return of(Form.TEXT, utf8(corpus), parser);
    }

    /** As {@link #of(Form, List, Parser)}, of lines of JSON. */
    public static FuzzTarget json(List<String> corpus, Parser parser) {
        return of(Form.JSON, utf8(corpus), parser);
    }

    private static List<byte[]> utf8(List<String> texts) {
        return texts.stream().map(text -> text.getBytes(StandardCharsets.UTF_8)).toList();
    }

    /** A failure that the parser documents in addition to those with a code. */
    public FuzzTarget documenting(Class<? extends Throwable> failure) {
        documented.add(failure);
        return this;
    }

    /** Words of the grammar, which a mutation puts anywhere. */
    public FuzzTarget knowing(String... more) {
        words.addAll(List.of(more));
        return this;
    }

    /** What one input may allocate: bytes, and bytes for each of its bytes. */
    public FuzzTarget allocating(long fixed, long each) {
        most = fixed;
        mostForAByte = each;
        return this;
    }

    /** An input takes milliseconds: every test run has few of them. */
    public FuzzTarget slow() {
        share = SMALL_SHARE;
        return this;
    }

    /** What is closed with the target. */
    public FuzzTarget closing(Closeable held) {
        resource = held;
        return this;
    }

    Form form() {
        return form;
    }

    List<byte[]> corpus() {
        return corpus;
    }

    int share() {
        return share;
    }

    List<String> words() {
        return words;
    }

    void parse(byte[] input) throws Exception {
        parser.parse(input);
    }

    /** Whether a parser may end so. A failure without a cause that is known is a defect, not a failure. */
    boolean documents(Throwable failure) {
        return failure instanceof UnderstudyException known
                ? known.code() != ErrorCode.INTERNAL && known.code() != ErrorCode.OUT_OF_MEMORY
                : documented.stream().anyMatch(each -> each.isInstance(failure));
    }

    long mostAllocated(int length) {
        return most + mostForAByte * length;
    }

    @Override
    public void close() throws IOException {
        resource.close();
    }
}
