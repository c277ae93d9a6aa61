package io.understudy.cli;

import io.understudy.config.NearestName;
import java.util.Collection;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** What is wrong with a command line, in plain words, and what was probably meant. */
final class Misuse {
    private Misuse() {}

    static String text(ParameterException failure) {
        return unmatched(failure)
                .map(word -> (isOption(word)
                                ? "unknown option "
                                : subcommands(failure).isEmpty() ? "argument too many: " : "unknown command ")
                        + word)
                .orElse(failure.getMessage());
    }

    /** The beginning of the hint, empty where nothing is near. */
    static String meant(ParameterException failure) {
        CommandLine command = failure.getCommandLine();
        return unmatched(failure)
                .flatMap(word -> NearestName.of(
                        word,
                        isOption(word) ? command.getCommandSpec().optionsMap().keySet() : subcommands(failure)))
                .map(name -> "did you mean " + name + "? Else ")
                .orElse("");
    }

    private static Optional<String> unmatched(ParameterException failure) {
        return failure instanceof UnmatchedArgumentException surplus
                ? surplus.getUnmatched().stream().findFirst()
                : Optional.empty();
    }

    private static boolean isOption(String word) {
        return word.startsWith("-");
    }

    private static Collection<String> subcommands(ParameterException failure) {
        return failure.getCommandLine().getSubcommands().keySet();
    }
}
