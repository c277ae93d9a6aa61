package io.understudy.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServicesTest {
    private final List<String> events = new ArrayList<>();
    private final Services services = new Services(failure -> events.add(failure.getMessage()));

    private void start(String name) {
        services.start(() -> {
            events.add("start " + name);
            return () -> events.add("close " + name);
        });
    }

    @Test
    void closesInReverseOrderAndOnce() {
        start("a");
        start("b");

        services.close();
        services.close();

        assertThat(events).containsExactly("start a", "start b", "close b", "close a");
    }

    @Test
    void closesTheOthersThoughOneCannotBeClosed() {
        start("a");
        services.start(() -> () -> {
            throw new IOException("stuck");
        });

        services.close();

        assertThat(events).containsExactly("start a", "stuck", "close a");
    }
}
