package io.understudy.testing;

import io.understudy.config.OtherDatabase.Still;
import io.understudy.databases.Place;
import io.understudy.databases.SiteDatabase;
import io.understudy.failure.ErrorCode;
import io.understudy.failure.UnderstudyException;
import io.understudy.process.Command.Consumer;
import io.understudy.process.Command.Producer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/**
 * A database that is one text, with places next to it, as a server would keep them: they outlive the agent. Any call
 * may be set to fail before it does anything, or after it has done all.
 */
public final class FakeSiteDatabase implements SiteDatabase {
    private final String name;
    private final Map<Long, String> ahead = new TreeMap<>();
    private final Map<Long, Optional<String>> previous = new TreeMap<>();
    private final List<String> calls = new ArrayList<>();
    private Optional<String> live = Optional.empty();
    private String failing = "";
    private boolean after;
    private int dumps;
    private boolean losing;
    private boolean telling = true;
    private volatile Still still = Still.WHOLE;
    private Runnable onDump = () -> {};
    private String changes = "";
    private String kept = "";
    private final Map<Long, String> rows = new TreeMap<>();
    private String liveRows = "";
    private boolean onlyRestores;
    private UnaryOperator<String> written = content -> content;
    private BiConsumer<String, Runnable> around = (call, work) -> work.run();

    public FakeSiteDatabase(String name) {
        this.name = name;
    }

    /** Runs what changes something on a standby: with its name, and what it does. */
    public void around(BiConsumer<String, Runnable> runner) {
        around = runner;
    }

    public synchronized void live(String text) {
        live = Optional.of(text);
    }

    public synchronized Optional<String> live() {
        return live;
    }

    /** Somebody dropped it. */
    public synchronized void loseLive() {
        live = Optional.empty();
    }

    /** From now on this much of a dump is made while the site is stopped. */
    public synchronized void still(Still much) {
        still = much;
    }

    /** Runs in each dump from now on, behind its moment. */
    public synchronized void onDump(Runnable hook) {
        onDump = hook;
    }

    /** From now on nothing tells what its content is. */
    public synchronized void telling(boolean tells) {
        telling = tells;
    }

    /** From now on a restore adds this to the content. */
    public synchronized void changing(String text) {
        changes = text;
    }

    /** What was done, in order: {@code swap}. */
    public synchronized List<String> calls() {
        return List.copyOf(calls);
    }

    public synchronized int dumps() {
        return dumps;
    }

    /** How many contents lie next to the live one. */
    public synchronized int kept() {
        return ahead.size()
                + (int) previous.values().stream().filter(Optional::isPresent).count();
    }

    /** What swaps put away. */
    public synchronized List<String> previous() {
        return previous.values().stream().flatMap(Optional::stream).toList();
    }

    /**
     * From now on this call fails.
     *
     * @param call as in {@link #calls()}; empty: none
     * @param done whether it has done its work by then
     */
    public synchronized void fail(String call, boolean done) {
        failing = call;
        after = done;
    }

    /** What the site has made of the live content by the time that it is taken back. */
    public synchronized void onUndo(UnaryOperator<String> change) {
        written = change;
    }

    /** Whether what is ahead is gone when it is to become live. */
    public synchronized void loseBeforeSwap(boolean lose) {
        losing = lose;
    }

    private void begin(String call) {
        calls.add(call);
        if (failing.equals(call) && !after) {
            throw failure(call);
        }
    }

    private void end(String call) {
        if (failing.equals(call) && after) {
            throw failure(call);
        }
    }

    private UnderstudyException failure(String call) {
        ErrorCode code = call.equals("dump") ? ErrorCode.DUMP_FAILED : ErrorCode.COMMAND_FAILED;
        return new UnderstudyException(code, "cannot " + call + " database " + name + ": disk on fire", "put it out");
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String preset() {
        return "command";
    }

    @Override
    public Still still() {
        return still;
    }

    /** Where it fails it has written half. */
    @Override
    public void dump(Consumer to, Runnable fixed) {
        byte[] bytes;
        Runnable hook;
        synchronized (this) {
            dumps++;
            begin("dump");
            byte[] all = live.orElse("").getBytes(StandardCharsets.UTF_8);
            boolean half = failing.equals("dump");
            hook = onDump;
            bytes = half ? java.util.Arrays.copyOf(all, all.length / 2) : all;
        }
        if (still == Still.BEGIN) {
            fixed.run();
        }
        hook.run();
        try {
            to.consume(new ByteArrayInputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        synchronized (this) {
            end("dump");
        }
    }

    @Override
    public synchronized void restore(Place place, Producer dump) {
        begin("restore");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            dump.produce(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        around.accept("restore", () -> {
            ahead.put(place.number(), out.toString(StandardCharsets.UTF_8) + changes);
            rows.put(place.number(), kept);
        });
        end("restore");
    }

    /** Rows of what is live that a restore brings: {@code root with a}, by the first word and what is in it. */
    public synchronized void rows(String rows) {
        kept = rows;
    }

    /** Those that came with what is live. */
    public synchronized String liveRows() {
        return liveRows;
    }

    /** From now on only a restore brings them. */
    public synchronized void onlyRestores() {
        onlyRestores = true;
    }

    @Override
    public synchronized String changes() {
        begin("changes");
        return changes + kept.split(" ")[0];
    }

    @Override
    public synchronized String keptRows() {
        return kept;
    }

    @Override
    public synchronized boolean keepAgain(Place place) {
        begin("keep");
        if (onlyRestores || !ahead.containsKey(place.number())) {
            return false;
        }
        around.accept("keep", () -> rows.put(place.number(), kept));
        end("keep");
        return true;
    }

    @Override
    public synchronized void swap(Place place) {
        begin("swap");
        if (losing) {
            ahead.remove(place.number());
        }
        if (!ahead.containsKey(place.number()) && !previous.containsKey(place.number())) {
            throw new UnderstudyException(ErrorCode.LOAD_FAILED, "what was restored is gone", "restore it again");
        }
        around.accept("swap", () -> {
            if (ahead.containsKey(place.number())) {
                previous.put(place.number(), live);
                live = Optional.of(ahead.remove(place.number()));
                liveRows = rows.remove(place.number());
            }
        });
        end("swap");
    }

    @Override
    public synchronized void undo(Place place) {
        begin("undo");
        around.accept("undo", () -> {
            if (previous.containsKey(place.number())) {
                ahead.put(place.number(), written.apply(live.orElseThrow()));
                live = previous.remove(place.number());
            }
        });
        end("undo");
    }

    @Override
    public synchronized void drop(Place place) {
        begin("drop");
        around.accept("drop", () -> {
            ahead.remove(place.number());
            previous.remove(place.number());
        });
        end("drop");
    }

    @Override
    public synchronized boolean isThere() {
        return live.isPresent();
    }

    @Override
    public synchronized Optional<String> fingerprint(Optional<Place> place) {
        begin("fingerprint");
        Optional<String> content =
                place.isPresent() ? Optional.ofNullable(ahead.get(place.get().number())) : live;
        return telling ? content.map(text -> "print of " + text) : Optional.empty();
    }

    @Override
    public synchronized List<String> warnings(Optional<Place> place) {
        begin("warnings");
        Optional<String> content =
                place.isPresent() ? Optional.ofNullable(ahead.get(place.get().number())) : live;
        return content.map(text -> "a view of " + text + " as shop_admin").stream()
                .toList();
    }

    @Override
    public String check() {
        return "a text of " + live().orElse("").length() + " characters";
    }
}
