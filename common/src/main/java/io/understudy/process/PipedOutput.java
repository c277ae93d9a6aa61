package io.understudy.process;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Two pipes with a thread at each, for programs that end with all they started, as PostgreSQL's do. */
final class PipedOutput implements ProgramOutput {
    private static final Logger LOG = LoggerFactory.getLogger(PipedOutput.class);

    /** How long after the program's end the rest of its output may take; only processes it left behind make it late. */
    private static final Duration STRAGGLERS = Duration.ofMillis(200);

    /** How long a consumer may take to notice that the program was ended. */
    private static final Duration CLOSING = Duration.ofSeconds(5);

    private final String program;
    private final Optional<Command.Consumer> consumer;
    private final LastByte last;
    private final LastByte lastError;
    private final Tail output = new Tail();
    private final Tail errors = new Tail();
    private Worker errorReader;
    private Worker outputReader;
    private volatile boolean ended;

    /**
     * @param last learns of each byte that the command's consumer reads
     * @param lastError of each byte of standard error
     */
    PipedOutput(Command command, LastByte last, LastByte lastError) {
        this.last = last;
        this.lastError = lastError;
        this.program = command.arguments().get(0);
        this.consumer = command.output();
    }

    @Override
    public void begin(Process process) {
        errorReader = Worker.start(program + " stderr", () -> read(process.getErrorStream(), into(errors), lastError));
        outputReader = Worker.start(
                program + " stdout",
                () -> read(process.getInputStream(), consumer.orElseGet(() -> into(output)), last));
    }

    @Override
    public CompletableFuture<Void> consumed() {
        return consumer.isPresent() ? outputReader.done() : CompletableFuture.completedFuture(null);
    }

    @Override
    public void settle() throws InterruptedException, ExecutionException {
        try {
            CompletableFuture.allOf(errorReader.done(), outputReader.done())
                    .get(STRAGGLERS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.debug("{} left processes behind that hold its output", program);
        }
    }

    @Override
    public void abandon() {
        ended = true;
    }

    @Override
    public void close() {
        if (ended) {
            outputReader.stop(CLOSING);
        }
    }

    /**
     * The lock is the one under which Java closes the stream of a program that ended: held, it keeps the rest readable.
     */
    private void read(InputStream in, Command.Consumer consumer, LastByte moved) throws IOException {
        synchronized (in) {
            ConsumerStream stream = new ConsumerStream(in, () -> ended, moved);
            consumer.consume(stream);
            stream.drain();
        }
    }

    private static Command.Consumer into(Tail tail) {
        return in -> {
            byte[] buffer = new byte[8192];
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                tail.add(buffer, count);
            }
        };
    }

    @Override
    public String output() {
        return output.text();
    }

    @Override
    public String errors() {
        return errors.text();
    }
}
