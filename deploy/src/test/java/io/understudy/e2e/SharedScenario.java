package io.understudy.e2e;

import io.understudy.rehearsal.Server;
import io.understudy.rehearsal.ServerPair;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/**
 * Tests that share two servers, a primary and a standby that has imported its first snapshot, and leave them so that
 * the next one can go on.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class SharedScenario extends TwoServers {
    private ServerPair pair;

    @BeforeAll
    final void begin() {
        pair = following(false);
    }

    @AfterAll
    final void end() {
        stopEverything();
    }

    final ServerPair pair() {
        return pair;
    }

    final Server primary() {
        return pair.primary();
    }

    final Server standby() {
        return pair.standby();
    }
}
