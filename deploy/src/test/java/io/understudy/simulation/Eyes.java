package io.understudy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.simulation.Place.Claim;
import java.util.HashMap;
import java.util.Map;

/** What a task has looked at. */
final class Eyes {
    final Map<Place, Long> epochs = new HashMap<>();
    long content = -1;
    /** The tables of the moment that it froze last. */
    Map<String, String> frozen = Map.of();

    final Map<String, JsonNode> reports = new HashMap<>();
    final Map<String, Long> looked = new HashMap<>();

    /** Whether this was there when the task looked for claims there last. */
    boolean saw(Place place, Claim claim) {
        return claim.at() <= epochs.getOrDefault(place, -1L);
    }
}
