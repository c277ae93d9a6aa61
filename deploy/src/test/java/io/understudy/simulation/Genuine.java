package io.understudy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.simulation.Contents.Content;

/**
 * A snapshot that an agent committed.
 *
 * @param at the event of its appearance
 * @param highest epoch that was claimed then, in any filestore
 * @param scheduled the newest one up to it that is not continuous: what a standby becomes live for
 */
record Genuine(String id, String server, int epoch, long at, int highest, String scheduled, Content content) {
    boolean continuous() {
        return !scheduled.equals(id);
    }

    static String scheduled(String id, JsonNode manifest) {
        return isContinuous(manifest) ? manifest.path("last_scheduled").asText("") : id;
    }

    static boolean isContinuous(JsonNode manifest) {
        return manifest.path("periods").size() == 1
                && manifest.at("/periods/0").asText().equals("continuous");
    }
}
