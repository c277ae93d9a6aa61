package io.understudy.simulation;

import io.understudy.filestore.Filestore;
import io.understudy.testing.Faults.Operation;
import io.understudy.testing.Interposed;

/** The disk of a mirror: nothing fails, but the process may die before each write. */
final class SteppedDisk extends Interposed {
    private final Run run;

    SteppedDisk(Filestore disk, Run run) {
        super(disk);
        this.run = run;
    }

    @Override
    public String name() {
        return "mirror:";
    }

    @Override
    protected void before(Operation operation, String key) {
        switch (operation) {
            case PUT -> run.step("mirror: put", key);
            case PUT_IF_ABSENT -> run.step("mirror: create", key);
            case DELETE -> run.step("mirror: delete", key);
            default -> {}
        }
    }
}
