package io.understudy.primary.command;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.primary.app.OpenedObject;
import io.understudy.primary.app.PrimaryWiring;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "decrypt", description = "Opens one object of an encrypted repository.")
final class DecryptCommand extends PrimaryCommand {
    @Parameters(
            paramLabel = "OBJECT",
            description = "Its name in the repository, as blobs/ab/abcd….zst.age or manifests/00000001-00000042.json.")
    private String object;

    @Option(
            names = "--to",
            paramLabel = "FILE",
            required = true,
            description = "Where its plain content goes: a new file, readable by its owner alone.")
    private Path to;

    @Option(
            names = "--identity",
            paramLabel = "FILE",
            description = "An identity that opens the repository. Default: encryption.identity")
    private Path identity;

    @Override
    int run(PrimaryWiring agent) {
        OpenedObject opened = agent.opened(object, Optional.ofNullable(identity));
        write(opened.content());
        Result result = new Result(object, to, opened.content().length);
        cli.print(result, () -> object + " opened into " + to + ": " + result.bytes() + " bytes");
        return 0;
    }

    private record Result(String object, Path file, long bytes) {}

    private void write(byte[] content) {
        try (AtomicFiles.Draft draft = AtomicFiles.draft(to, AtomicFiles.PRIVATE)) {
            draft.out().write(content);
            draft.commitNew();
        } catch (IOException e) {
            throw new UnderstudyException(
                    ErrorCode.FILE_FAILED,
                    "cannot write " + to + ": " + e,
                    "give the name of a new file in a folder that this user may write",
                    e);
        }
    }
}
