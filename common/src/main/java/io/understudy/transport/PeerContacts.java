package io.understudy.transport;

import io.understudy.transport.RefusedPeers.Refusal;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** When each listed peer called last, and when one that shows its name was last refused. Thread-safe. */
public final class PeerContacts {
    private final Clock clock;
    private final Map<String, Contact> contacts = new TreeMap<>();

    /**
     * @param called since this server's start
     * @param refused the last one whose certificate shows this name; it may be a stranger's
     */
    public record Contact(String name, Optional<Instant> called, Optional<Refusal> refused) {}

    PeerContacts(Collection<String> listed, Clock clock) {
        this.clock = clock;
        for (String each : listed) {
            String name = PeerNames.normal(each);
            contacts.put(name, new Contact(name, Optional.empty(), Optional.empty()));
        }
    }

    synchronized void called(String name) {
        contacts.computeIfPresent(name, (key, last) -> new Contact(key, Optional.of(clock.instant()), last.refused()));
    }

    synchronized void refused(Set<String> shown, Refusal refusal) {
        shown.forEach(name ->
                contacts.computeIfPresent(name, (key, last) -> new Contact(key, last.called(), Optional.of(refusal))));
    }

    synchronized List<Contact> all() {
        return List.copyOf(contacts.values());
    }
}
