package io.understudy.databases;

import io.understudy.config.OtherDatabase;
import io.understudy.config.OtherDatabase.Commands;
import io.understudy.failure.ErrorCode;
import io.understudy.process.Command.Consumer;
import io.understudy.process.Command.Producer;
import io.understudy.process.CommandRunner;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A database with the operator's own commands. Those of a standby get {@code UNDERSTUDY_DATABASE},
 * {@code UNDERSTUDY_PLACE} (a number that no other place has) and {@code UNDERSTUDY_SNAPSHOT}.
 */
final class CommandDatabase implements ConfiguredDatabase {
    private final OtherDatabase settings;
    private final Commands commands;
    private final Programs programs;

    CommandDatabase(OtherDatabase settings, Commands commands, CommandRunner runner) {
        this.settings = settings;
        this.commands = commands;
        this.programs = new Programs(settings.name(), runner, settings.environment(), settings.limit());
    }

    @Override
    public OtherDatabase settings() {
        return settings;
    }

    @Override
    public boolean restorable() {
        return commands.restorable();
    }

    @Override
    public void dump(Consumer to, Runnable fixed) {
        programs.dump(commands.dump(), commands.ending(), in -> to.consume(new DumpBegin(in, List.of(), fixed)));
    }

    @Override
    public void restore(Place place, Producer dump) {
        run("drop what an attempt left of", commands.drop(), place);
        programs.restore(commands.restore(), variables(place), dump);
    }

    @Override
    public void swap(Place place) {
        run("swap", commands.swap(), place);
    }

    @Override
    public void undo(Place place) {
        run("take back the swap of", commands.undo(), place);
    }

    @Override
    public void drop(Place place) {
        run("drop what was kept of", commands.drop(), place);
    }

    /** The live one has no place: its variable is empty. */
    @Override
    public Optional<String> fingerprint(Optional<Place> place) {
        return commands.fingerprint().isEmpty()
                ? Optional.empty()
                : programs.hash(
                        "compare",
                        commands.fingerprint(),
                        place.map(this::variables)
                                .orElseGet(
                                        () -> Map.of("UNDERSTUDY_DATABASE", settings.name(), "UNDERSTUDY_PLACE", "")));
    }

    private void run(String what, List<String> command, Place place) {
        programs.run(what, ErrorCode.COMMAND_FAILED, command, variables(place));
    }

    private Map<String, String> variables(Place place) {
        return Map.of(
                "UNDERSTUDY_DATABASE",
                settings.name(),
                "UNDERSTUDY_PLACE",
                Long.toString(place.number()),
                "UNDERSTUDY_SNAPSHOT",
                place.snapshot());
    }

    @Override
    public String check() {
        if (commands.check().isEmpty()) {
            return "dumped by " + commands.dump().get(0) + "; there is no check command";
        }
        programs.run("check", ErrorCode.COMMAND_FAILED, commands.check(), Map.of());
        return commands.check().get(0) + " ended with 0";
    }
}
