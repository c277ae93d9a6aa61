package io.understudy.site;

import io.understudy.config.Settings.HealthSettings;
import io.understudy.config.Settings.ServiceSettings;
import io.understudy.testing.FakeTicker;
import io.understudy.testing.ScriptedCommandRunner;
import io.understudy.testing.ScriptedCommandRunner.Answer;
import io.understudy.testing.SiteServiceContract;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

class CommandSiteServiceContractTest extends SiteServiceContract {
    @Override
    protected SiteService site(boolean healthy) {
        return site(Answer.ok(""), healthy ? Answer.ok("") : Answer.failed(1, "ill"));
    }

    @Override
    protected SiteService brokenSite() {
        return site(Answer.failed(1, "no"), Answer.ok(""));
    }

    private static SiteService site(Answer commands, Answer health) {
        ServiceSettings settings = new ServiceSettings(
                List.of("site", "stop"),
                List.of("site", "start"),
                List.of("site", "restart"),
                List.of("SITE_HOME"),
                Duration.ofSeconds(60),
                Optional.of(new HealthSettings(Optional.empty(), List.of("ask"), Duration.ofSeconds(30))));
        ScriptedCommandRunner runner =
                new ScriptedCommandRunner().on("site ", commands).on("ask", health);
        return new CommandSiteService(settings, runner, new FakeTicker());
    }
}
