package io.understudy.notify;

import io.understudy.config.NotifySettings.Program;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Arguments;
import io.understudy.process.Command;
import io.understudy.process.CommandResult;
import io.understudy.process.CommandRunner;
import io.understudy.time.Moments;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Gives notices to a program, without a shell: as JSON on its standard input and in variables of its environment. It
 * took the notice when it ends with 0.
 */
final class CommandSender implements Sender {
    private static final int SHOWN = 200;

    private final Program settings;
    private final Duration limit;
    private final CommandRunner runner;

    CommandSender(Program settings, Duration limit, CommandRunner runner) {
        this.settings = settings;
        this.limit = limit;
        this.runner = runner;
    }

    @Override
    public Optional<Refusal> send(Notice notice) {
        Command command = Command.ofSite(settings.command(), settings.environment(), limit)
                .with(variables(notice))
                .reading(NoticeJson.of(notice) + "\n");
        String program = settings.command().get(0);
        try {
            CommandResult result = runner.run(command);
            return result.ok()
                    ? Optional.empty()
                    : Refusal.of(
                            program + " ended with " + result.exitCode() + last(result.errors()),
                            "run the command of the channel by hand, with a notice on its standard input");
        } catch (UnderstudyException e) {
            return Refusal.of(e.getMessage(), e.hint());
        }
    }

    private static String last(String errors) {
        String text = errors.strip();
        String line = text.substring(text.lastIndexOf('\n') + 1).replaceAll("\\p{Cntrl}", " ");
        return line.isEmpty() ? "" : ": " + (line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…");
    }

    private static Map<String, String> variables(Notice notice) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("NOTICE_ID", notice.id());
        all.put("NOTICE_KIND", notice.occasion().label());
        all.put("NOTICE_REMINDER", notice.reminds() ? "yes" : "no");
        all.put("NOTICE_SITE", notice.source().site());
        all.put("NOTICE_SERVER", notice.source().server());
        all.put("NOTICE_ROLE", notice.source().role());
        all.put("NOTICE_EVENT", notice.fact().event());
        all.put("NOTICE_MESSAGE", notice.fact().message());
        all.put("NOTICE_CODE", notice.fact().code().orElse(""));
        all.put("NOTICE_HINT", notice.fact().hint().orElse(""));
        all.put("NOTICE_SNAPSHOT", notice.fact().snapshot().orElse(""));
        all.put("NOTICE_MOMENT", Moments.text(notice.moment()));
        all.replaceAll((name, value) -> passable(value.replace('\0', ' ')));
        return all;
    }

    /** An agent in an empty environment cannot pass on every character; the JSON has all of them. */
    private static String passable(String value) {
        return Arguments.pass(value) ? value : value.replaceAll("[^\\x00-\\x7f]", "?");
    }
}
