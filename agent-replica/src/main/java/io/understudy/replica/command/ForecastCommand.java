package io.understudy.replica.command;

import io.understudy.admin.AdminCall;
import io.understudy.admin.AdminCommand.Nothing;
import io.understudy.config.Settings;
import io.understudy.failure.UnderstudyException;
import io.understudy.progress.Progress;
import io.understudy.replica.app.ReplicaCommands;
import io.understudy.replica.app.ReplicaWiring;
import io.understudy.replica.forecast.Forecast;
import picocli.CommandLine.Command;

/** The command {@code forecast}. Its exit code is the answer. */
@Command(
        name = "forecast",
        description = "What a promotion would bring now: how old the data is, how long it takes by what was measured on"
                + " this server, and what stands in the way. Changes nothing. Exit code 0: nothing stands in the way,"
                + " 73: warnings, or something is not known, 74: a promotion would fail.")
final class ForecastCommand extends ReplicaCommand {
    @Override
    int run(Settings settings, ReplicaWiring wiring) {
        Forecast forecast = forecast(settings, wiring);
        cli.print(forecast, forecast::text);
        return forecast.answer().exitCode();
    }

    /** A daemon that does not answer is no reason to say nothing: it is looked at from here. */
    private Forecast forecast(Settings settings, ReplicaWiring wiring) {
        boolean daemon = cli.daemonRuns(settings);
        if (daemon) {
            try {
                return wiring.access().client().call(ReplicaCommands.FORECAST, new Nothing(), Progress.none());
            } catch (UnderstudyException e) {
                cli.say("warning: " + e.getMessage());
            }
        }
        return wiring.handlers(daemon).call(ReplicaCommands.FORECAST, new Nothing(), AdminCall.here(Progress.none()));
    }
}
