package io.understudy.simulation;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.site.SiteService;

/** The site of a server: it runs or not, and knows since its start whether it is production. */
final class Site {
    private final Server server;
    private final Run run;
    private boolean running = true;
    private boolean production;
    private boolean sick;
    private int starts;

    Site(Server server, Run run) {
        this.server = server;
        this.run = run;
        this.production = !server.marked();
    }

    /** Whether it takes writes of its users. */
    boolean serves() {
        return running && production;
    }

    /** Changes with each start and stop: a request does not outlive them. */
    int incarnation() {
        return starts;
    }

    void stopByOperator() {
        stop();
    }

    void startByOperator() {
        start(false);
    }

    private void stop() {
        running = false;
        starts++;
    }

    private void start(boolean byAgent) {
        run.servers.starts(server, byAgent);
        running = true;
        production = !server.marked();
        sick = run.trouble.isSiteSick();
        starts++;
        if (byAgent) {
            run.switches.started(server);
        }
    }

    /** As an agent works it, by commands. */
    SiteService commands() {
        return new SiteService() {
            @Override
            public void stop() {
                run.step("stop the site", "");
                run.trouble.perhaps(ErrorCode.COMMAND_FAILED, "cannot stop the site");
                Site.this.stop();
                run.step("stopped the site", "");
            }

            @Override
            public void restart() {
                run.step("restart the site", "");
                run.trouble.perhaps(ErrorCode.COMMAND_FAILED, "cannot restart the site");
                start(true);
                run.step("restarted the site", "");
            }

            @Override
            public void prove() {
                run.step("prove the site", "");
                if (!healthy()) {
                    throw new UnderstudyException(ErrorCode.SITE_UNHEALTHY, "the site is ill: simulated", "none");
                }
                run.servers.proved(server);
            }

            @Override
            public boolean healthy() {
                return running && !sick;
            }
        };
    }
}
