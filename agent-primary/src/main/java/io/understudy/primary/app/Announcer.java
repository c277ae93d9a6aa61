package io.understudy.primary.app;

import com.google.protobuf.Timestamp;
import io.understudy.events.Event;
import io.understudy.events.EventSink;
import io.understudy.primary.announce.Followers;
import io.understudy.primary.events.PrimaryEvent;
import io.understudy.primary.events.PrimaryPoint;
import io.understudy.repository.Outline;
import io.understudy.repository.Repository;
import io.understudy.v1.Announcement;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Announces the newest snapshot to the followers. The first sink of the daemon's events: the followers know of a commit
 * before anything else is done with it.
 */
final class Announcer implements EventSink {
    private final String site;
    private final String server;
    private final Supplier<Repository> repository;
    private final Followers followers;
    private volatile String role = "";
    private volatile String claim = "";

    Announcer(String site, String server, Supplier<Repository> repository, Followers followers) {
        this.site = site;
        this.server = server;
        this.repository = repository;
        this.followers = followers;
    }

    @Override
    public void receive(Event event, Instant at) {
        if (event instanceof PrimaryEvent.SnapshotCommitted committed) {
            Outline outline = Outline.of(committed.manifest());
            int epoch = outline.snapshot().epoch();
            followers.announce(announcement(outline, epoch)
                    .setCommitted(timestamp(committed.committed()))
                    .build());
            PrimaryPoint.ANNOUNCED.reached();
        }
    }

    /** A snapshot that this agent did not commit, or not in this run. @param epoch that this server holds */
    void found(Outline outline, int epoch) {
        followers.announce(announcement(outline, epoch).build());
    }

    /**
     * Followers learn, with the newest announcement, whether this server may be in production.
     *
     * @param now empty: it is not
     * @param ownClaim the nonce of the claim of this server's epoch
     */
    void role(Optional<Role> now, String ownClaim) {
        String label = now.map(Role::label).orElse("");
        if (label.equals(role) && ownClaim.equals(claim)) {
            return;
        }
        role = label;
        claim = ownClaim;
        Optional<Announcement> last = followers.newest();
        // A primary has a snapshot to announce soon; a server that is fenced has none.
        if (last.isPresent() || now.equals(Optional.of(Role.FENCED))) {
            followers.announce(last.map(Announcement::toBuilder)
                    .orElseGet(() -> Announcement.newBuilder().setSite(site).setServer(server))
                    .setRole(label)
                    .setClaim(ownClaim)
                    .build());
        }
    }

    private Announcement.Builder announcement(Outline outline, int epoch) {
        return Announcement.newBuilder()
                .setSite(repository.get().site())
                .setRepository(repository.get().id().toString())
                .setServer(server)
                .setEpoch(epoch)
                .setSnapshot(outline.snapshot().toString())
                .setScheduled(outline.scheduled().map(Object::toString).orElse(""))
                .setMoment(timestamp(outline.moment()))
                .setRole(role)
                .setClaim(claim);
    }

    private static Timestamp timestamp(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }
}
