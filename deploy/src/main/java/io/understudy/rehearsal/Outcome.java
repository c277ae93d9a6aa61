package io.understudy.rehearsal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * How a program ended.
 *
 * @param output all of standard output
 * @param errors all of standard error
 */
public record Outcome(String command, int exitCode, String output, String errors) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** This outcome, when the program succeeded. */
    public Outcome successful() {
        if (exitCode != 0) {
            throw new AssertionError("failed: " + this);
        }
        return this;
    }

    /** Standard output as the one JSON object that {@code --json} promises. */
    public JsonNode json() {
        try {
            return JSON.readTree(output);
        } catch (JsonProcessingException e) {
            throw new AssertionError("not one JSON object: " + this, e);
        }
    }

    @Override
    public String toString() {
        return command + "\nexit code " + exitCode + "\n--- output\n" + output + "\n--- errors\n" + errors;
    }
}
