package io.understudy.primary.command;

import io.understudy.primary.app.OpenedObject;
import io.understudy.primary.app.PrimaryWiring;
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
        OpenedObject opened = agent.encryption().opened(object, Optional.ofNullable(identity));
        NewFile.write(to, opened.content());
        Result result = new Result(object, to, opened.content().length);
        cli.print(result, () -> object + " opened into " + to + ": " + result.bytes() + " bytes");
        return 0;
    }

    private record Result(String object, Path file, long bytes) {}
}
