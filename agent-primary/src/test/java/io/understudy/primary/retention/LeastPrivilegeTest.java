package io.understudy.primary.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.config.Settings.FilestoreSettings;
import io.understudy.testing.PolicyProxy;
import io.understudy.testing.S3Policy;
import io.understudy.testing.S3Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** On a real store behind a proxy that enforces the policies. */
class LeastPrivilegeTest extends LeastPrivilegeContract {
    private S3Server store;
    private PolicyProxy proxy;

    @BeforeEach
    void start() throws Exception {
        store = S3Server.start();
        store.createBucket("backups");
        proxy = new PolicyProxy(store, S3Policy.ofPage("security.md", "reader"));
    }

    @AfterEach
    void stop() throws Exception {
        proxy.close();
        store.close();
    }

    @Override
    FilestoreSettings settings(String site) {
        return proxy.settings("s3://backups/" + site);
    }

    @Override
    void enforce(S3Policy policy) {
        proxy.enforce(policy);
    }

    @Override
    void assertNothingWasRefused() {
        assertThat(proxy.refused()).isEmpty();
    }

    @Override
    void assertWasRefused(String action) {
        assertThat(proxy.refused()).isNotEmpty().allMatch(each -> each.startsWith(action + " "));
        proxy.refused().clear();
    }
}
