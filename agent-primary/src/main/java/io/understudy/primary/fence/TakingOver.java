package io.understudy.primary.fence;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.understudy.state.StateEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says whether this server was a standby a moment ago and takes over: its marker is gone, and its claim of the next
 * epoch has not arrived yet, or is not noted. So it seems to be overtaken, and is the only one in production. The
 * replica's agent remembers that in its own record, which is only read here.
 */
public final class TakingOver implements BooleanSupplier {
    private static final Logger LOG = LoggerFactory.getLogger(TakingOver.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> STANDBY = Set.of("seeding", "following", "applying", "promoting");

    private final Path file;

    /** @param state the agents' state folder */
    public TakingOver(Path state) {
        this.file = StateEntry.REPLICA.in(state);
    }

    /** A record that cannot be read stops no site. */
    @Override
    public boolean getAsBoolean() {
        try {
            JsonNode state = JSON.readTree(Files.readAllBytes(file)).path("state");
            String kind = state.path("kind").asText();
            return STANDBY.contains(kind)
                    || kind.equals("promoted") && !state.path("claimed").asBoolean();
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            LOG.warn("{} cannot be read, so the site of this server is not stopped: {}", file, e.toString());
            return true;
        }
    }
}
