package io.understudy.replica.drill;

import io.understudy.failure.UnderstudyException;
import io.understudy.files.AtomicFiles;
import io.understudy.files.FolderDeletion;
import io.understudy.repository.SnapshotId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Copies that are a flag and a folder. */
final class FakeCopies implements DrillCopies {
    final List<String> calls = new ArrayList<>();
    Runnable during = () -> {};
    Optional<UnderstudyException> lacking = Optional.empty();
    Optional<UnderstudyException> database = Optional.empty();
    Optional<UnderstudyException> trees = Optional.empty();
    Optional<UnderstudyException> clearing = Optional.empty();
    boolean there;

    private void call(String name, Optional<UnderstudyException> failure) {
        calls.add(name);
        failure.ifPresent(why -> {
            throw why;
        });
    }

    @Override
    public void require(Newest newest) {
        call("require", lacking);
    }

    @Override
    public String copyDatabase(Newest newest) {
        there = true;
        during.run();
        call("database", database);
        return "load";
    }

    @Override
    public CopiedTrees copyTrees(SnapshotId snapshot, Path folder) {
        AtomicFiles.createFolders(folder, AtomicFiles.PRIVATE_FOLDER);
        call("trees", trees);
        return new CopiedTrees(4711, List.of("tree big: drill.leave_out"));
    }

    @Override
    public void clear(Path folder) {
        call("clear", clearing);
        FolderDeletion.delete(folder);
        there = false;
    }
}
