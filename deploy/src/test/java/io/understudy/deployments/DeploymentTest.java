package io.understudy.deployments;

import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A deployment that lives for all tests of a class, which run in their order; those after a failure are skipped. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@ExtendWith(PrintsLogs.class)
abstract class DeploymentTest {
    @TempDir
    static Path logs;

    private final SiteKind kind;
    private final UnaryOperator<String> settings;
    private Deployment all;
    private Roles roles;
    private boolean failed;

    DeploymentTest(SiteKind kind) {
        this(kind, UnaryOperator.identity());
    }

    /** @param settings what the test has otherwise in the shipped configuration of both servers */
    DeploymentTest(SiteKind kind, UnaryOperator<String> settings) {
        this.kind = kind;
        this.settings = settings;
    }

    @BeforeAll
    final void start() {
        all = Deployment.start(kind, logs, settings);
        roles = new Roles(all);
    }

    @AfterAll
    final void end() {
        if (all != null) {
            all.close();
        }
    }

    @BeforeEach
    final void runsAsUsual() {
        assumeFalse(failed, "one before has failed");
        roles.awaitUsual();
    }

    final Deployment all() {
        return all;
    }

    final Roles roles() {
        return roles;
    }

    final void fail() {
        failed = true;
    }

    /** The ends of all logs. */
    final String logsText() {
        return all == null ? "" : all.logsText();
    }
}
