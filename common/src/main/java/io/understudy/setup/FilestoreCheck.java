package io.understudy.setup;

import io.understudy.failure.UnderstudyException;
import io.understudy.filestore.Filestore;
import io.understudy.filestore.Remark;

/** What a store says of itself, in {@code check} of both agents. */
public final class FilestoreCheck {
    private static final String NAME = "filestore";

    private FilestoreCheck() {}

    /** Says nothing where the check named {@code filestore} failed. */
    public static void add(CheckReport.Run findings, Filestore filestore) {
        if (findings.lacks(NAME)) {
            return;
        }
        try {
            filestore.remarks().forEach(remark -> findings.look(NAME, () -> result(remark)));
        } catch (UnderstudyException e) {
            findings.failed(NAME, e);
        }
    }

    private static CheckResult result(Remark remark) {
        return remark.hint()
                .map(hint -> CheckResult.warning(NAME, remark.text(), hint))
                .orElseGet(() -> CheckResult.ok(NAME, remark.text()));
    }
}
