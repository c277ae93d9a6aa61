package io.understudy.setup;

import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Copy;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Remark;
import io.understudy.repository.Repository;
import io.understudy.repository.StoreState;
import io.understudy.repository.StoreSync;
import java.util.List;
import java.util.function.Function;

/** What an agent may do in its filestores, and what each says of itself, in {@code check} of both agents. */
public final class FilestoreCheck {
    private static final String NAME = "filestore";
    private static final String CATCH_UP =
            "the running agent brings it up to the others; agent-primary sync does it at once";

    private FilestoreCheck() {}

    /**
     * The check named {@code filestore}; where there are several, one for each before it, and it fails when all of them
     * do.
     *
     * @param look at one store
     */
    public static void add(CheckReport.Run findings, Filestore filestore, Function<Filestore, CheckResult> look) {
        List<Copy> copies = filestore.copies();
        if (copies.isEmpty()) {
            one(findings, NAME, filestore, look);
            return;
        }
        copies.forEach(copy -> one(findings, NAME + " " + copy.name(), copy.store(), look));
        List<Copy> good = copies.stream()
                .filter(copy -> !findings.lacks(NAME + " " + copy.name()))
                .toList();
        if (good.size() == copies.size()) {
            findings.check(NAME, () -> "all " + good.size() + " filestores can be used");
        } else if (!good.isEmpty()) {
            findings.warn(
                    NAME,
                    good.size() + " of " + copies.size() + " filestores can be used",
                    "with commit: all no snapshot is taken until all can be; with any, no standby can be promoted with"
                            + " a fence");
        } else {
            findings.look(NAME, () -> look.apply(filestore));
        }
    }

    private static void one(
            CheckReport.Run findings, String name, Filestore filestore, Function<Filestore, CheckResult> look) {
        findings.look(name, () -> look.apply(filestore).of(name));
        if (findings.lacks(name)) {
            return;
        }
        try {
            filestore.remarks().forEach(remark -> findings.look(name, () -> result(name, remark)));
        } catch (UnderstudyException e) {
            findings.failed(name, e);
        }
    }

    /** Whether several filestores hold the same; says nothing of a single one. */
    public static void addStates(CheckReport.Run findings, Repository repository) {
        for (StoreState state : StoreSync.look(repository)) {
            String name = "content of filestore " + state.name();
            if (state.isInStep()) {
                findings.check(name, state::text);
            } else {
                findings.warn(name, state.text(), CATCH_UP);
            }
        }
    }

    private static CheckResult result(String name, Remark remark) {
        return remark.hint()
                .map(hint -> CheckResult.warning(name, remark.text(), hint))
                .orElseGet(() -> CheckResult.ok(name, remark.text()));
    }
}
