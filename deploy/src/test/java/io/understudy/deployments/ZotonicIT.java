package io.understudy.deployments;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failure.ErrorCode;
import io.understudy.rehearsal.Outcome;
import io.understudy.rehearsal.Running;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The site goes from one server to the other, again and again, while two of primary, standby, filestore, name server
 * and operator do not reach each other. A visitor, who reaches all servers, writes at the site's name the whole time.
 * {@code deploy/soak --deployments} runs it: its hosts want both processors for a quarter of an hour.
 */
@Tag("slow")
@EnabledIfSystemProperty(named = "understudy.deployments", matches = "true")
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class ZotonicIT extends DeploymentTest {
    ZotonicIT() {
        super(SampleSite.KIND);
    }

    @Order(1)
    @Test
    void itsBackupModeIsWhatAStandbyNeeds() {
        Outcome rehearsal = standby().run("agent-replica", "rehearse-site");

        assertThat(rehearsal.exitCode()).as(rehearsal.toString()).isZero();
        assertThat(rehearsal.output()).doesNotContain("not tried");
    }

    @Order(2)
    @Test
    void aSwitchoverLosesNothing() {
        roles().switchOver();
    }

    /** Its visitors reach it still. Nothing that it could ask does. */
    @Order(3)
    @Test
    void aPrimaryThatIsCutOffFromEverythingStopsItsSite() {
        Orphan orphan = roles().promoteWhilePrimaryIsCutOff();

        assertThat(orphan.shown()).contains("table public.notes", "table public.uploads", "tree media");
    }

    /** It learns of the promotion in the filestore. */
    @Order(4)
    @Test
    void aPrimaryThatDoesNotReachTheStandbyIsFenced() {
        all().network().cut(primary().host(), standby().host());
        roles().writeAtPrimary();

        roles().promote(0);

        roles().awaitPrimaryFenced();
        roles().returnToStandby();
    }

    /** What the other server's agent says proves nothing: its lease ends. */
    @Order(5)
    @Test
    void aPrimaryThatDoesNotReachTheFilestoreStopsItsSite() {
        all().network().cut(primary().host(), all().store());
        roles().writeAtPrimary();

        roles().promote(0);

        roles().awaitPrimaryFenced();
        roles().returnToStandby();
    }

    @Order(6)
    @Test
    void aStandbyThatDoesNotReachTheFilestoreIsNotPromoted() {
        all().network().cut(standby().host(), all().store());

        Outcome refused = all().operate(standby(), "agent-replica promote --yes");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(ErrorCode.FILESTORE_UNREACHABLE.exitCode());
        assertThat(standby().marked()).isTrue();
        assertThat(standby().takesWrites()).isFalse();
        visitor().awaitWritesAt(primary().host());
    }

    /** No server has both the name and a site that takes writes, until the names are switched. */
    @Order(7)
    @Test
    void aStandbyThatDoesNotReachTheNameServerIsPromotedWithoutTheName() {
        all().network().cut(standby().host(), all().ns());
        roles().writeAtPrimary();

        roles().promote(ErrorCode.DNS_FAILED.exitCode());

        assertThat(all().addresses()).containsExactly(primary().host().address());
        roles().awaitPrimaryFenced();
        all().network().heal();
        all().operate(standby(), "agent-replica dns --switch").successful();
        visitor().awaitWritesAt(standby().host());
        roles().returnToStandby();
    }

    @Order(8)
    @Test
    void anOperatorWhoDoesNotReachTheStandbyChangesNothing() {
        all().network().cut(all().operator(), standby().host());

        assertThat(all().operate(standby(), "agent-replica promote --yes").exitCode())
                .isEqualTo(255);

        assertThat(standby().marked()).isTrue();
        visitor().awaitWritesAt(primary().host());
    }

    /** The connection with which the command was typed ends; the command does not. */
    @Order(9)
    @Test
    void aPromotionGoesOnWithoutItsOperator() {
        Running command =
                all().operating(standby(), "agent-replica promote --yes").start(logs.resolve("promote.log"));
        command.await(
                "the promotion has claimed", Roles.FOLLOWS, () -> !standby().marked());
        all().network().cut(all().operator(), standby().host());
        roles().writeAtPrimary();

        standby().awaitMode("primary");
        visitor().awaitWritesAt(standby().host());
        command.kill();
        roles().awaitPrimaryFenced();
        roles().returnToStandby();
    }

    @Order(10)
    @Test
    void atMostOneServerTookWritesByTheName() {
        assertThat(roles().moves()).isEqualTo(6);
        roles().assertOneWriterByTheName();
    }

    private SiteServer primary() {
        return roles().primary();
    }

    private SiteServer standby() {
        return roles().standby();
    }

    private Visitor visitor() {
        return roles().visitor();
    }
}
