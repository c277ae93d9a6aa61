package io.understudy.e2e;

import org.junit.jupiter.api.AfterEach;

/** Tests that each have two servers of their own. */
abstract class Scenario extends TwoServers {
    @AfterEach
    final void end() {
        stopEverything();
    }
}
