package io.understudy.simulation;

import com.fasterxml.jackson.databind.JsonNode;
import io.understudy.simulation.Scheduler.Process;
import io.understudy.state.StateEntry;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Watches switchovers. Two claims of one epoch never both succeed, in any run. In every fifth run only agents touch
 * roles and sites: there no two sites serve at the same time, what takes over has all that was acknowledged
 * until the stop, and in the end one site serves.
 */
final class SwitchWatch {
    private static final String REASON_BACK = "switchover taken back";

    private final Run run;
    private final ServerViews views;
    private final boolean on;
    /** By epoch: whose claim stood in every filestore that counts. */
    private final Map<Integer, String> succeeded = new HashMap<>();
    /** By server: what its site had when it was stopped for a switchover; rows in no order. */
    private final Map<String, Map<String, List<String>>> stopped = new HashMap<>();

    private final Map<String, Boolean> marked = new HashMap<>();
    private Optional<String> finalOf = Optional.empty();
    private int begun;
    private int handedOver;

    SwitchWatch(long seed, Run run, ServerViews views) {
        this.run = run;
        this.views = views;
        this.on = seed % 5 == 0;
    }

    /** Whether this run is about switchovers. */
    boolean isOn() {
        return on;
    }

    void begins(Server server, String standby) {
        begun++;
        run.tell("switchover begins", server.name, standby);
    }

    /** For how much of the runs there was something to watch. */
    String seen() {
        return begun + " begun, " + handedOver + " handed over";
    }

    /** How often a site was taken over with a final snapshot. */
    int handedOver() {
        return handedOver;
    }

    void stopped(Server server) {
        stopped.put(server.name, content(server));
    }

    /** A snapshot was committed. @param successor empty where it is no final one */
    void committed(Genuine snapshot, String successor) {
        if (successor.isEmpty()) {
            return;
        }
        finalOf = Optional.of(snapshot.server());
        run.servers.handsOver(run.server(snapshot.server()), snapshot.id());
        Map<String, String> all = new TreeMap<>(snapshot.content().files());
        snapshot.content().tables().forEach((table, rows) -> all.put("table " + table, rows));
        Map<String, List<String>> then = stopped.get(snapshot.server());
        if (on && !sorted(all).equals(then)) {
            throw Promise.HANDED_OVER_WHOLE.broken(
                    snapshot.id() + " is final, and holds " + all + ", but the site was stopped with " + then);
        }
    }

    /** A claim was written, somewhere. */
    void claimed(int epoch) {
        holder(epoch).ifPresent(nonce -> {
            String before = succeeded.putIfAbsent(epoch, nonce);
            if (before != null && !before.equals(nonce)) {
                throw Promise.HANDED_OVER_WHOLE.broken("epoch " + epoch + " was claimed by " + before + ", and then by "
                        + nonce + ", in every filestore");
            }
        });
    }

    /** Who has the epoch in every filestore that counts: server and nonce. */
    private Optional<String> holder(int epoch) {
        List<Optional<JsonNode>> all = counting().stream()
                .map(place -> place.object(key(epoch)).flatMap(SwitchWatch::claim))
                .toList();
        List<String> holders = all.stream()
                .flatMap(Optional::stream)
                .map(claim -> claim.path("server").asText() + " "
                        + claim.path("nonce").asText())
                .distinct()
                .toList();
        return holders.size() == 1 && all.stream().allMatch(Optional::isPresent)
                ? Optional.of(holders.get(0))
                : Optional.empty();
    }

    private List<Place> counting() {
        return run.stores.places.stream()
                .filter(place -> !place.name.equals("third"))
                .toList();
    }

    private static Optional<JsonNode> claim(byte[] bytes) {
        try {
            return Optional.of(Contents.json(bytes)).filter(JsonNode::isObject);
        } catch (java.io.UncheckedIOException | IndexOutOfBoundsException junk) {
            return Optional.empty();
        }
    }

    private static String key(int epoch) {
        return String.format(java.util.Locale.ROOT, "epochs/%08d.json", epoch);
    }

    /** Of a primary that goes back, by itself, before it has succeeded. */
    boolean mayTakeBack(String server, Place place, String key, int epoch) {
        Optional<JsonNode> there = place.object(key).flatMap(SwitchWatch::claim);
        return there.filter(claim -> claim.path("server").asText().equals(server))
                        .filter(claim -> claim.path("reason").asText().equals(REASON_BACK))
                        .filter(claim -> !(server + " " + claim.path("nonce").asText()).equals(succeeded.get(epoch)))
                        .isPresent()
                && run.server(server) != null;
    }

    /** The primary's agent may have changed the marker. Without one a server that has the next epoch is production. */
    void marked(Server server) {
        boolean before = marked.getOrDefault(server.name, server.marked());
        marked.put(server.name, server.marked());
        if (on
                && before
                && !server.marked()
                && finalOf.filter(server.name::equals).isPresent()) {
            requireSuccess(server);
        }
    }

    private void requireSuccess(Server server) {
        int epoch = run.store.highestEpoch();
        String holder = succeeded.getOrDefault(epoch, "none");
        if (!holder.startsWith(server.name + " ") && finalIsOf(epoch - 1, server)) {
            throw Promise.HANDED_OVER_WHOLE.broken(server.name + " goes back, though epoch " + epoch + " is " + holder
                    + "'s and its final snapshot is committed");
        }
    }

    private boolean finalIsOf(int epoch, Server server) {
        return run.store
                .newest()
                .filter(newest -> newest.epoch() == epoch && newest.server().equals(server.name))
                .isPresent();
    }

    /** An agent started the site. */
    void started(Server server) {
        if (!on || !server.site.serves()) {
            return;
        }
        run.all.stream()
                .filter(other -> other != server && other.site.serves())
                .findFirst()
                .ifPresent(other -> {
                    throw Promise.HANDED_OVER_WHOLE.broken(server.name + " serves while " + other.name + " serves too");
                });
        Optional<String> from = finalOf.filter(name -> !name.equals(server.name));
        boolean fresh = server.live()
                .filter(live -> !views.of(server).served.contains(live))
                .isPresent();
        if (from.isPresent() && fresh) {
            handedOver++;
            run.reached.at(Check.HANDED_OVER);
            Map<String, List<String>> then = stopped.get(from.get());
            if (!content(server).equals(then)) {
                throw Promise.HANDED_OVER_WHOLE.broken(server.name + " takes over from " + from.get() + " with "
                        + content(server) + ", but that was stopped with " + then);
            }
            finalOf = Optional.empty();
        }
    }

    /** Nothing goes wrong any more, and no switchover is under way. */
    void requireOneThatServes() {
        run.tell("switchovers", seen(), "");
        List<String> serving = run.all.stream()
                .filter(each -> each.site.serves())
                .map(each -> each.name)
                .toList();
        if (serving.size() != 1) {
            throw Promise.HANDED_OVER_WHOLE.broken("in the end these serve: " + serving);
        }
        run.all.stream()
                .filter(each -> Files.exists(StateEntry.SWITCHOVER.in(each.settings.state())))
                .findFirst()
                .ifPresent(each -> {
                    throw Promise.HANDED_OVER_WHOLE.broken("a switchover of " + each.name + " did not end");
                });
    }

    /** The process dies here, and another one is started later. */
    void die(Server server, Process process) {
        Duration pause = run.random.nextInt(3) > 0
                ? Duration.ofSeconds(run.random.nextInt(60))
                : Duration.ofMinutes(run.random.nextInt(100));
        run.tell("dies", server.name, "in a switchover");
        run.turns.start(new Process("world"), "restart on " + server.name, () -> {
            try {
                run.turns.sleep(pause);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            run.tell("start", server.name, "");
            run.startPrimary(server);
        });
        run.turns.kill(process);
    }

    static Map<String, List<String>> content(Server server) {
        return sorted(server.content());
    }

    /** The order of rows means nothing. */
    static Map<String, List<String>> sorted(Map<String, String> content) {
        Map<String, List<String>> all = new TreeMap<>();
        content.forEach((name, text) -> all.put(name, text.lines().sorted().toList()));
        return all;
    }
}
