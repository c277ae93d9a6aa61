package io.understudy.cli;

import io.understudy.config.Settings;
import io.understudy.config.SiteFolder;
import io.understudy.failure.Unexpected;
import io.understudy.tasks.SiteThreads;
import io.understudy.time.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * One command for each site of a folder, all at the same time: the text of one comes in the order of their names, but
 * one that takes long is overtaken.
 */
final class EachSite {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final ThreadLocal<List<Printed>> printed = new ThreadLocal<>();
    private final Ticker ticker;

    EachSite(Ticker ticker) {
        this.ticker = ticker;
    }

    private record Printed(Object value, Supplier<String> text) {}

    /**
     * @param exitCode of the command for this site
     * @param result as the command prints it for one site; null where it failed
     * @param error why it failed
     */
    record Answer(String site, int exitCode, Object result, Optional<Problem> error, String textOfResult) {
        String text() {
            String what = error.map(why -> "error: " + why.message() + "\nhint: " + why.hint())
                    .orElse(textOfResult);
            return "site " + site + "\n" + what.stripTrailing().indent(2).stripTrailing();
        }

        Shown shown() {
            return new Shown(site, exitCode, result, error);
        }
    }

    /** In JSON. */
    record Shown(String site, int exitCode, Object result, Optional<Problem> error) {}

    /** {@code {"sites":[{"site":"blog","exit_code":0,"result":{…},"error":null},…]}}. */
    record Listing(List<Shown> sites) {}

    /** Takes what a command prints, on a thread that works for one of the sites. @return whether it does */
    boolean takes(Object value, Supplier<String> text) {
        List<Printed> mine = printed.get();
        if (mine == null) {
            return false;
        }
        mine.add(new Printed(value, text));
        return true;
    }

    boolean isOne() {
        return printed.get() != null;
    }

    /**
     * @param command returns its exit code, or throws
     * @param ready receives each answer as soon as it may be shown
     * @return all of them, in the order of the names
     */
    List<Answer> run(SiteFolder folder, ToIntFunction<Settings> command, Consumer<Answer> ready)
            throws InterruptedException {
        List<String> names = folder.names();
        LinkedBlockingQueue<Answer> came = new LinkedBlockingQueue<>();
        for (String name : names) {
            Runnable work = () -> came.add(answer(name, () -> folder.load(name), command));
            Thread thread = new Thread(SiteThreads.of(name, work), "site-" + name);
            thread.setDaemon(true);
            thread.start();
        }
        long patienceEnds = ticker.nanos() + PATIENCE.toNanos();
        List<Answer> all = new ArrayList<>(Collections.nCopies(names.size(), null));
        List<Integer> waiting = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            waiting.add(i);
        }
        while (!waiting.isEmpty()) {
            long left = patienceEnds - ticker.nanos();
            Answer next = left > 0 ? came.poll(left, TimeUnit.NANOSECONDS) : came.take();
            if (next != null) {
                all.set(names.indexOf(next.site()), next);
            }
            boolean patient = patienceEnds - ticker.nanos() > 0;
            for (Integer place : List.copyOf(waiting)) {
                if (all.get(place) != null) {
                    ready.accept(all.get(place));
                    waiting.remove(place);
                } else if (patient) {
                    break;
                }
            }
        }
        return all;
    }

    private Answer answer(String name, Supplier<Settings> settings, ToIntFunction<Settings> command) {
        List<Printed> mine = new ArrayList<>();
        printed.set(mine);
        try {
            int exitCode = command.applyAsInt(settings.get());
            Optional<Printed> result = mine.stream().findFirst();
            return new Answer(
                    name,
                    exitCode,
                    result.map(Printed::value).orElse(null),
                    Optional.empty(),
                    result.map(each -> each.text().get()).orElse(""));
        } catch (RuntimeException | Error e) {
            var known = Unexpected.of("complete the command for site " + name, e);
            return new Answer(name, known.code().exitCode(), null, Optional.of(Problem.of(known)), "");
        } finally {
            printed.remove();
        }
    }
}
