package io.understudy.primary.quiesce;

import io.understudy.config.QuiesceSettings;
import io.understudy.site.SiteCommands;

/** Those of {@code quiesce} in the configuration. */
public final class ConfiguredCommands implements QuiesceCommands {
    private final QuiesceSettings settings;
    private final SiteCommands commands;

    public ConfiguredCommands(QuiesceSettings settings, SiteCommands commands) {
        this.settings = settings;
        this.commands = commands;
    }

    @Override
    public void stop() {
        commands.run("stop the site", "quiesce.stop", settings.stop());
    }

    @Override
    public void start() {
        commands.run("start the site", "quiesce.start", settings.start());
    }

    @Override
    public void freeze() {
        commands.run("freeze the trees", "quiesce.freeze", settings.freeze());
    }

    @Override
    public void thaw() {
        commands.run("thaw the trees", "quiesce.thaw", settings.thaw());
    }
}
