package io.understudy.events;

import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import java.time.Duration;
import java.util.Optional;

/** The events that both agents have. */
public sealed interface CommonEvent extends Event {
    @EventText(
            value = "the agent runs on after a defect of Understudy in {work}: {why}",
            severity = Severity.ERROR,
            hint = "please report it with the log")
    record Defect(String work, Throwable why) implements CommonEvent {}

    /**
     * A line of the audit file.
     *
     * @param request as JSON; empty at the end of a request
     * @param hash of the line, so that the log shows whether the file was written again
     */
    @EventText("{what} {outcome}: by {who} from {from}[ {request}]; audit entry {entry}, {hash}")
    record Audited(
            String who, String from, String what, Optional<String> request, String outcome, long entry, String hash)
            implements CommonEvent {}

    @EventText(
            value = "{what} {outcome}: by {who} from {from}; the audit file does not have it: {why}",
            severity = Severity.WARN)
    record AuditFailed(String who, String from, String what, String outcome, UnderstudyException why)
            implements CommonEvent {}

    @EventText(
            value = "the audit file grows beyond its size: {why}",
            severity = Severity.WARN,
            hint = "let the agent rename it: without attributes such as those of chattr")
    record AuditNotRotated(UnderstudyException why) implements CommonEvent {}

    /** The caller is neither root nor the agent's user. */
    @EventText(
            value = "a command of {who} is refused: only root and the agent's user may ask at {socket}",
            severity = Severity.WARN,
            hint = "run commands as root or as the agent's user; see who let others into the state folder")
    record CallerRefused(String who, String socket) implements CommonEvent {}

    /**
     * A handshake or a call between the two servers was refused, by either.
     *
     * @param address of the other side
     * @param again whether the log has it already, within the hour
     */
    @EventText(
            value = "the connection with {address} is refused: {why}",
            severity = Severity.WARN,
            hint =
                    "see check of the agents on both servers, and tls and primary.replicas in docs/configure.md; a stranger's attempt needs no more than a firewall")
    record PeerRefused(String address, String why, boolean again) implements CommonEvent {
        /** For the metrics alone. */
        @Override
        public Severity severity() {
            return again ? Severity.TRACE : Severity.WARN;
        }
    }

    /** Nothing else waits for it; it is tried again with growing pauses. @param again within the hour */
    @EventText(value = "channel {channel} did not take the notice of {notice}: {why}", severity = Severity.WARN)
    record NoticeFailed(String channel, String notice, UnderstudyException why, boolean again) implements CommonEvent {
        @Override
        public Severity severity() {
            return again ? Severity.DEBUG : Severity.WARN;
        }
    }

    @EventText(value = "channel {channel} took the notice of {notice}", severity = Severity.DEBUG)
    record NoticeSent(String channel, String notice) implements CommonEvent {}

    /** After {@link NoticeFailed}. */
    @EventText("channel {channel} takes notices again")
    record ChannelRecovered(String channel) implements CommonEvent {}

    @EventText(
            value = "notices of channel {channel} are given up: {count}, {why}",
            severity = Severity.WARN,
            hint = "see the agent's log for why the channel did not take them, and try it with notify --test")
    record NoticesGivenUp(String channel, int count, String why) implements CommonEvent {}

    @EventText(value = "the newest snapshot in the repository is not known: {why}", severity = Severity.WARN)
    record NewestUnknown(UnderstudyException why) implements CommonEvent {}

    /**
     * An operation on the filestore ended, its retries included. Of a download this is the opening, of a listing its
     * first page.
     */
    @EventText(value = "the filestore answered {operation} in {took}[: {failure}]", severity = Severity.TRACE)
    record FilestoreAnswered(String operation, Duration took, Optional<ErrorCode> failure) implements CommonEvent {}

    /**
     * The filestore just showed that it works, or that it does not, also in the middle of a download.
     *
     * @param operation of one kind: {@code put}
     */
    @EventText(value = "the filestore is [{available}][{unavailable}]", severity = Severity.TRACE)
    record FilestoreSeen(String operation, boolean available) implements CommonEvent {
        public boolean unavailable() {
            return !available;
        }
    }

    @EventText(
            value = "the filestore[ {filestore}] is lost: {why}",
            severity = Severity.WARN,
            hint = "nothing new reaches the standby while it lasts; see check of this agent")
    record FilestoreLost(Optional<String> filestore, String why) implements CommonEvent {}

    /**
     * After it was lost.
     *
     * @param filestore as the configuration calls it; empty where there is one
     * @param name with its place
     */
    @EventText("the filestore {name} works again")
    record FilestoreFound(Optional<String> filestore, String name) implements CommonEvent {}

    /** The first answer since the agent was started, which ends what was reported before. */
    @EventText(value = "the filestore {name} works", severity = Severity.DEBUG)
    record FilestoreWorks(Optional<String> filestore, String name) implements CommonEvent {}

    /** The loudest there is. @param signs where that is seen, and what is seen there */
    @EventText(
            value = "two primaries: this server is in production, and so is another one: {signs}",
            severity = Severity.ERROR,
            hint = "stop one of the two sites now; docs/two-primaries.md says which, and what to do with its data")
    record TwoPrimaries(String signs) implements CommonEvent {}

    /** After {@link TwoPrimaries}. */
    @EventText("nothing shows a second primary any more")
    record OnePrimary() implements CommonEvent {}

    /**
     * At the first look, and with each other answer.
     *
     * @param look who says what
     * @param fenced whether it is known that another server was promoted after this one, to which the names are to
     *     point then; not of a standby
     * @param standby whether this server is in backup mode, so that no name is to point to it
     */
    @EventText(
            value = "the names of the site do not point where the marker of this server says: {look}",
            severity = Severity.WARN,
            hint =
                    "agent-replica dns shows each resolver's answer[; this server is {fenced}, so leave the names where they point, keep its site stopped, and make it a standby with agent-replica rejoin][; this server is a {standby}, so the names are not to point here: on the primary, agent-replica dns --switch points them there; where this server is to serve, promote it][; unless the other server is the {primary} by its own agent-primary status, agent-replica dns --switch points the names to this one]; docs/dns.md")
    record DnsDisagrees(String look, boolean fenced, boolean standby) implements CommonEvent {
        /** As far as is known, this server may be the one in production. */
        public boolean primary() {
            return !fenced && !standby;
        }
    }

    @EventText("the names of the site point where they should: {look}")
    record DnsAgrees(String look) implements CommonEvent {}

    @EventText("{sites} sites start, each by itself")
    record SitesStart(int sites) implements CommonEvent {}

    @EventText("site {site} runs")
    record SiteRuns(String site) implements CommonEvent {}

    /** The others go on. @param again for the same reason as the time before */
    @EventText(value = "site {site} does not run, and is tried again: {why}", severity = Severity.ERROR)
    record SiteFails(String site, UnderstudyException why, boolean again) implements CommonEvent {
        @Override
        public Severity severity() {
            return again ? Severity.DEBUG : Severity.ERROR;
        }
    }

    @EventText(value = "site {site} has not ended in time; the process ends all the same", severity = Severity.WARN)
    record SiteStopsLate(String site) implements CommonEvent {}
}
