package io.understudy.primary.fence;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.state.StateEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says whether this server was a standby a moment ago and takes over: its marker is gone, and its claim of the next
 * epoch has not arrived yet, or is not noted. So it seems to be overtaken, and is the only one in production; until
 * another server's claim keeps its own from ever standing. The replica's agent remembers that in its own record, which
 * is only read here.
 */
public final class TakingOver implements BooleanSupplier {
    private static final Logger LOG = LoggerFactory.getLogger(TakingOver.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    /** One that has imported nothing claims nothing when its marker goes: what it serves is of its old epoch. */
    private static final Set<String> STANDBY = Set.of("following", "applying", "promoting");

    private final Path file;

    /** @param state the agents' state folder */
    public TakingOver(Path state) {
        this.file = StateEntry.REPLICA.in(state);
    }

    /** A record that cannot be read stops no site. */
    @Override
    public boolean getAsBoolean() {
        try {
            JsonNode state = state();
            return STANDBY.contains(state.path("kind").asText()) || isPending(state) && !isOverruled(state);
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            LOG.warn("{} cannot be read, so the site of this server is not stopped: {}", file, e.toString());
            return true;
        }
    }

    /**
     * The epoch that this server was promoted to and can't claim any more, for another server was promoted at the same
     * time: it may serve, and is fenced. Empty of all others, and where the record can't be read.
     */
    public Optional<Integer> overruled() {
        try {
            return Optional.of(state())
                    .filter(state -> isPromoted(state) && isOverruled(state))
                    .map(state -> state.path("epoch").asInt());
        } catch (IOException e) {
            LOG.debug("whether the claim of this server was refused is not known", e);
            return Optional.empty();
        }
    }

    private JsonNode state() throws IOException {
        return JSON.readTree(Files.readAllBytes(file)).path("state");
    }

    private static boolean isPending(JsonNode state) {
        return isPromoted(state) && !state.path("claimed").asBoolean();
    }

    private static boolean isPromoted(JsonNode state) {
        return state.path("kind").asText().equals("promoted");
    }

    private static boolean isOverruled(JsonNode state) {
        return state.path("taken").asBoolean();
    }
}
