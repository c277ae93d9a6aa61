package io.understudy.primary.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.primary.fence.TakingOver;
import io.understudy.primary.testing.PrimaryFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** On which servers an operator is asked to leave the names of the site where they point. */
class FencedGuardTest {
    @TempDir
    private Path folder;

    @Test
    void thePrimaryIsNotFencedAndOneAfterWhichAnotherWasPromotedIs() {
        PrimaryFixture primary = new PrimaryFixture(folder);
        assertThat(isFenced(primary)).isFalse();

        primary.promoteAnother(2);
        assertThatThrownBy(() -> primary.epochs.require(primary.repository)).hasMessageContaining("epoch 2");

        assertThat(isFenced(primary)).isTrue();
    }

    /** Also one that never held an epoch. What an old primary noted is of an earlier time. */
    @ParameterizedTest
    @CsvSource({"'', false", "',\"taken\":true', true"})
    void onePromotedIsFencedWhereItsClaimIsAnotherServers(String taken, boolean fenced) throws IOException {
        PrimaryFixture primary = new PrimaryFixture(folder);
        primary.promoteAnother(2);
        assertThatThrownBy(() -> primary.epochs.require(primary.repository)).hasMessageContaining("epoch 2");

        Files.writeString(
                primary.state.resolve("replica.json"),
                "{\"state\":{\"kind\":\"promoted\",\"epoch\":3,\"claimed\":false" + taken + "}}");

        assertThat(isFenced(primary)).isEqualTo(fenced);
    }

    private static boolean isFenced(PrimaryFixture primary) {
        return FenceWiring.fenced(primary.epochs, new TakingOver(primary.state)).getAsBoolean();
    }
}
